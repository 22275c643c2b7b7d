"""The catalogue of available images, from all sources."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.web.stored_text import Text

from ..domain.osimage import OsImage
from ..models import ImageSource
from . import sources
from .sources import Source

NOTHING = _("No operating system")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An id that a source of higher precedence has already."""

    id: str
    first: Source


@dataclass(frozen=True, slots=True)
class SourceImages:
    """The images of one source, and its state.

    ``images`` includes those in ``duplicates``, which the catalogue takes from another
    source. ``problems`` are (file name, reason). ``due`` means that a watcher fetches
    the source now, or as soon as one runs.
    """

    source: Source
    images: tuple[OsImage, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    fetched_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""
    contacted: bool = True
    due: bool = False

    @property
    def broken(self) -> bool:
        return self.failing_since is not None

    @property
    def remote(self) -> bool:
        return bool(self.source.url)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The available images by id, in the order of forms."""

    images: Mapping[str, OsImage]
    sources: tuple[SourceImages, ...] = ()

    def find(self, key: str) -> OsImage | None:
        """Return an image, or None if there is none with that id (any more)."""
        return self.images.get(key)

    def choices(self) -> list[tuple[str, Text]]:
        """Return ids and descriptions, "no operating system" first, for a form.

        Images with equal descriptions get their ids appended.
        """
        descriptions = Counter(image.description for image in self.images.values())
        return [
            ("", NOTHING),
            *(
                (image.id, _label(image, unique=descriptions[image.description] == 1))
                for image in self.images.values()
            ),
        ]

    @property
    def unknown(self) -> list[SourceImages]:
        """The sources that were not fetched yet."""
        return [source for source in self.sources if not source.contacted]


def _label(image: OsImage, *, unique: bool) -> str:
    return image.description if unique else f"{image.description} ({image.id})"


def load_catalogue() -> Catalogue:
    """Return the images that instances can be installed from; fetches nothing."""
    configured = sources.configured()
    rows = _rows(configured)
    by_source = [
        _settings_images(),
        *(_source_images(source, rows.get(source.key)) for source in configured),
    ]
    images: dict[str, OsImage] = {}
    owners: dict[str, Source] = {}
    marked = []
    for source_images in by_source:
        marked.append(_with_duplicates(source_images, owners))
        for image in source_images.images:
            images.setdefault(image.id, image)
            owners.setdefault(image.id, source_images.source)
    return Catalogue(images, tuple(marked))


def _rows(configured: list[Source]) -> dict[str, ImageSource]:
    if not configured:
        return {}
    rows = ImageSource.objects.filter(key__in=[source.key for source in configured])
    return {row.key: row for row in rows}


def _settings_images() -> SourceImages:
    images = tuple(
        OsImage.from_mapping(key, entry)
        for key, entry in settings.OPERATING_SYSTEMS.items()
    )
    return SourceImages(sources.SETTINGS, images)


def _source_images(source: Source, row: ImageSource | None) -> SourceImages:
    if row is None:
        return SourceImages(source, contacted=False, due=True)
    return SourceImages(
        source,
        images=tuple(OsImage.from_mapping(image["id"], image) for image in row.images),
        problems=tuple((name, reason) for name, reason in row.problems),
        fetched_at=row.fetched_at,
        failing_since=row.failing_since,
        error=row.last_error,
        due=row.next_at <= timezone.now(),
        contacted=row.fetched_at is not None or row.failing_since is not None,
    )


def _with_duplicates(
    source_images: SourceImages, owners: Mapping[str, Source]
) -> SourceImages:
    duplicates = tuple(
        Duplicate(image.id, owners[image.id])
        for image in source_images.images
        if image.id in owners
    )
    if not duplicates:
        return source_images
    return replace(source_images, duplicates=duplicates)
