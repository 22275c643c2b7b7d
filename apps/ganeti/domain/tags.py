"""Instance tags: the protocol by which ganetimgr keeps its state in Ganeti.

A tag is ``PREFIX:WORD`` or ``PREFIX:WORD:VALUE``. Owners are read in two spellings
(``user`` and ``users``, ``group`` and ``groups``) and written in the shorter one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Self

Subnet = IPv4Network | IPv6Network

USER, GROUP, ORGANIZATION = "user", "group", "org"
APPLICATION, SERVICE, VOLUME_GROUP = "application", "service", "vg"
LOCKED, ISOLATED, NEEDS_REBOOT = "adminlock", "isolate", "needsreboot"
WHITELIST = "whitelist_ip"
# What SERVICE names today.
MAIL = "mail"

_WORDS = {"users": USER, "groups": GROUP}
_FLAGS = frozenset({LOCKED, ISOLATED, NEEDS_REBOOT})
_VALUED = frozenset(
    {USER, GROUP, ORGANIZATION, APPLICATION, SERVICE, VOLUME_GROUP, WHITELIST}
)


# What Ganeti takes for a tag (``TaggableObject.ValidateTag``).
_ACCEPTED = re.compile(r"[\w.+*/:@-]{1,128}")


def is_accepted(tag: str) -> bool:
    """Tell whether Ganeti takes such a tag."""
    return _ACCEPTED.fullmatch(tag) is not None


def write(prefix: str, word: str, value: str = "") -> str:
    """Spell one tag as ganetimgr writes it."""
    return ":".join((prefix, word, value)) if value else f"{prefix}:{word}"


def _read(tag: str, prefix: str) -> tuple[str, str] | None:
    """Return (word, value) of a tag that follows the protocol, else None."""
    head, _, rest = tag.partition(":")
    if head != prefix:
        return None
    word, _, value = rest.partition(":")
    word = _WORDS.get(word, word)
    if word in _FLAGS and not value:
        return word, ""
    if word in _VALUED and value:
        return word, value
    return None


def spellings(raw: Iterable[str], prefix: str, word: str, value: str = "") -> list[str]:
    """Return the tags that say this, letter for letter; of any value if none given."""
    said = [(tag, _read(tag, prefix)) for tag in raw]
    return [
        tag for tag, read in said if read and read[0] == word and value in ("", read[1])
    ]


def _subnet(values: Iterable[str]) -> Subnet | None:
    for value in values:
        try:
            return ip_network(value, strict=False)
        except ValueError:
            continue
    return None


def storage_providers(tags: Iterable[str], prefix: str) -> dict[str, dict[str, str]]:
    """Return the extstorage providers that a cluster's tags offer, with parameters.

    ``PREFIX:ext:PROVIDER`` offers one, ``PREFIX:ext:PROVIDER:params:KEY:VALUE`` gives
    its disks a parameter; what gives parameters offers it too.
    """
    providers: dict[str, dict[str, str]] = {}
    for tag in sorted(tags):
        head, _, rest = tag.partition(f"{prefix}:ext:")
        provider, _, parameter = rest.partition(":params:")
        if head or not provider or (":" in provider):
            continue
        params = providers.setdefault(provider, {})
        key, _, value = parameter.partition(":")
        if key and value:
            params[key] = value
    return providers


@dataclass(frozen=True, slots=True)
class Tags:
    """An instance's tags, understood; ``raw`` keeps them letter for letter."""

    raw: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    volume_groups: tuple[str, ...] = ()
    flags: frozenset[str] = field(default=frozenset())
    whitelists: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @classmethod
    def parse(cls, tags: Iterable[str], prefix: str) -> Self:
        """Understand tags; whatever does not follow the protocol goes to ``others``."""
        raw = tuple(tags)
        known: dict[str, list[str]] = {}
        others = []
        for tag in raw:
            read = _read(tag, prefix)
            if read is None:
                others.append(tag)
            else:
                known.setdefault(read[0], []).append(read[1])

        def values(word: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(known.get(word, ())))

        return cls(
            raw=raw,
            users=values(USER),
            groups=values(GROUP),
            organizations=values(ORGANIZATION),
            applications=values(APPLICATION),
            services=values(SERVICE),
            volume_groups=values(VOLUME_GROUP),
            flags=frozenset(_FLAGS & known.keys()),
            whitelists=values(WHITELIST),
            others=tuple(others),
        )

    @property
    def whitelist(self) -> Subnet | None:
        """Return the first that is an IP network."""
        return _subnet(self.whitelists)

    @property
    def locked(self) -> bool:
        return LOCKED in self.flags

    @property
    def isolated(self) -> bool:
        return ISOLATED in self.flags

    @property
    def needs_reboot(self) -> bool:
        return NEEDS_REBOOT in self.flags

    def __iter__(self) -> Iterator[str]:
        """Iterate over the tags as Ganeti has them."""
        return iter(self.raw)
