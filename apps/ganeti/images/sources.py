"""Image sources, as configured in the settings."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings


class SourceKind(StrEnum):
    """The setting that names a source."""

    SETTINGS = "OPERATING_SYSTEMS"
    LISTING = "OPERATING_SYSTEMS_URLS"
    SNF = "SNF_OPERATING_SYSTEMS_URLS"
    META = "IMAGES_URL"


@dataclass(frozen=True, slots=True)
class Source:
    """A place that describes images; ``url`` is empty for the settings themselves."""

    kind: SourceKind
    url: str = ""
    provider: str = ""
    ssh_key_param: str = ""

    @property
    def key(self) -> str:
        """A hash of all settings that affect the images of this source."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def shown_url(self) -> str:
        """The URL without the user name and password that it may contain."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=host))


SETTINGS = Source(SourceKind.SETTINGS)


def configured() -> list[Source]:
    """Return the sources to be fetched, in order of precedence."""
    listings = [
        Source(
            SourceKind.LISTING,
            url,
            settings.OPERATING_SYSTEMS_PROVIDER,
            settings.OPERATING_SYSTEMS_SSH_KEY_PARAM,
        )
        for url in settings.OPERATING_SYSTEMS_URLS
    ]
    snf = [Source(SourceKind.SNF, url) for url in settings.SNF_OPERATING_SYSTEMS_URLS]
    meta = [Source(SourceKind.META, url) for url in _as_list(settings.IMAGES_URL)]
    return list(dict.fromkeys([*listings, *snf, *meta]))


def _as_list(value: str | Iterable[str] | None) -> list[str]:
    """Accept a single URL for a list, as the name of IMAGES_URL suggests."""
    if not value:
        return []
    return [value] if isinstance(value, str) else list(value)
