"""The images known now, of all sources."""

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
    """An id that another source before this one has already."""

    id: str
    first: Source


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one source has, and how it is.

    ``images`` are its own; of those that stand in ``duplicates`` the catalogue has
    another one. ``problems`` are what is wrong with single files there. ``due`` tells
    that a watcher fetches it now, or as soon as there is one.
    """

    source: Source
    images: tuple[OsImage, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    fetched_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""
    known: bool = True
    due: bool = False

    @property
    def broken(self) -> bool:
        return self.failing_since is not None

    @property
    def remote(self) -> bool:
        return bool(self.source.url)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The images known now, by their ids, in the order they are offered."""

    images: Mapping[str, OsImage]
    shelves: tuple[Shelf, ...] = ()

    def find(self, key: str) -> OsImage | None:
        """Return an image; None: there is none of that id (any more)."""
        return self.images.get(key)

    def choices(self) -> list[tuple[str, Text]]:
        """Return ids and descriptions, "no operating system" first, for a form.

        Where two images are described alike, their ids tell them apart.
        """
        descriptions = [image.description for image in self.images.values()]
        return [
            ("", NOTHING),
            *(
                (image.id, _label(image, alone=descriptions.count(label) == 1))
                for image, label in zip(self.images.values(), descriptions, strict=True)
            ),
        ]

    @property
    def unknown(self) -> list[Shelf]:
        """The sources that have not been heard of yet."""
        return [shelf for shelf in self.shelves if not shelf.known]


def _label(image: OsImage, *, alone: bool) -> str:
    return image.description if alone else f"{image.description} ({image.id})"


def known() -> Catalogue:
    """Return the images that machines can be installed from; fetches nothing."""
    remote = sources.configured()
    rows = _rows(remote)
    given = [_of_settings(), *(_shelf(each, rows.get(each.key)) for each in remote)]
    images: dict[str, OsImage] = {}
    owners: dict[str, Source] = {}
    shelves = []
    for shelf in given:
        shelves.append(_with_duplicates(shelf, owners))
        for image in shelf.images:
            images.setdefault(image.id, image)
            owners.setdefault(image.id, shelf.source)
    return Catalogue(images, tuple(shelves))


def _rows(remote: list[Source]) -> dict[str, ImageSource]:
    if not remote:
        return {}
    found = ImageSource.objects.filter(key__in=[source.key for source in remote])
    return {row.key: row for row in found}


def _of_settings() -> Shelf:
    images = tuple(
        OsImage.from_mapping(key, given)
        for key, given in settings.OPERATING_SYSTEMS.items()
    )
    return Shelf(sources.SETTINGS, images)


def _shelf(source: Source, row: ImageSource | None) -> Shelf:
    if row is None:
        return Shelf(source, known=False, due=True)
    return Shelf(
        source,
        images=tuple(OsImage.from_mapping(each["id"], each) for each in row.images),
        problems=tuple((name, reason) for name, reason in row.problems),
        fetched_at=row.fetched_at,
        failing_since=row.failing_since,
        error=row.last_error,
        due=row.next_at <= timezone.now(),
        known=row.fetched_at is not None or row.failing_since is not None,
    )


def _with_duplicates(shelf: Shelf, owners: Mapping[str, Source]) -> Shelf:
    again = tuple(
        Duplicate(image.id, owners[image.id])
        for image in shelf.images
        if image.id in owners
    )
    return replace(shelf, duplicates=again) if again else shelf
