"""Where images come from, as the settings say."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings


class Kind(StrEnum):
    """The setting that names a source."""

    SETTINGS = "OPERATING_SYSTEMS"
    LISTING = "OPERATING_SYSTEMS_URLS"
    SNF = "SNF_OPERATING_SYSTEMS_URLS"
    META = "IMAGES_URL"


@dataclass(frozen=True, slots=True)
class Source:
    """One place where images are described; ``url`` is empty for the settings."""

    kind: Kind
    url: str = ""
    provider: str = ""
    ssh_key_param: str = ""

    @property
    def key(self) -> str:
        """All that shapes what is read there, so that a changed setting is another."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def shown_url(self) -> str:
        """The address without the password that it may hold."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=host))


SETTINGS = Source(Kind.SETTINGS)


def configured() -> list[Source]:
    """Return the sources to be fetched, in the order in which they count."""
    listings = [
        Source(
            Kind.LISTING,
            url,
            settings.OPERATING_SYSTEMS_PROVIDER,
            settings.OPERATING_SYSTEMS_SSH_KEY_PARAM,
        )
        for url in settings.OPERATING_SYSTEMS_URLS
    ]
    snf = [Source(Kind.SNF, url) for url in settings.SNF_OPERATING_SYSTEMS_URLS]
    meta = [Source(Kind.META, url) for url in _several(settings.IMAGES_URL)]
    return list(dict.fromkeys([*listings, *snf, *meta]))


def _several(given: str | Iterable[str] | None) -> list[str]:
    """Take one address for a list of it, as the name of IMAGES_URL suggests."""
    if not given:
        return []
    return [given] if isinstance(given, str) else list(given)
