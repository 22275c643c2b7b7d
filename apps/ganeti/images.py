"""Operating system images: what the settings name."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from .domain.osimage import OsImage


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The images known now, by their ids, in the order they are offered."""

    images: Mapping[str, OsImage]

    def find(self, key: str) -> OsImage | None:
        """Return an image; None: there is none of that id (any more)."""
        return self.images.get(key)


def known() -> Catalogue:
    """Return the images that machines can be installed from; fetches nothing."""
    images = [
        OsImage.from_mapping(key, given)
        for key, given in settings.OPERATING_SYSTEMS.items()
    ]
    return Catalogue({image.id: image for image in images})
