"""Instance tags, in which ganetimgr stores its state in Ganeti.

A tag is ``PREFIX:WORD`` or ``PREFIX:WORD:VALUE``. Owners are read in two forms
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
# The only value of SERVICE so far.
MAIL = "mail"

_ALIASES = {"users": USER, "groups": GROUP}
_FLAGS = frozenset({LOCKED, ISOLATED, NEEDS_REBOOT})
_VALUED = frozenset(
    {USER, GROUP, ORGANIZATION, APPLICATION, SERVICE, VOLUME_GROUP, WHITELIST}
)


# Tags that Ganeti accepts (``TaggableObject.ValidateTag``).
_ACCEPTED = re.compile(r"[\w.+*/:@-]{1,128}")


def is_accepted(tag: str) -> bool:
    """Return whether Ganeti accepts a tag."""
    return _ACCEPTED.fullmatch(tag) is not None


def write(prefix: str, word: str, value: str = "") -> str:
    """Return a tag as ganetimgr writes it."""
    return ":".join((prefix, word, value)) if value else f"{prefix}:{word}"


def _parse(tag: str, prefix: str) -> tuple[str, str] | None:
    """Return (word, value) of a tag of ganetimgr, or None for other tags."""
    tag_prefix, _, suffix = tag.partition(":")
    if tag_prefix != prefix:
        return None
    word, _, value = suffix.partition(":")
    word = _ALIASES.get(word, word)
    if word in _FLAGS and not value:
        return word, ""
    if word in _VALUED and value:
        return word, value
    return None


def matching_tags(
    raw: Iterable[str], prefix: str, word: str, value: str = ""
) -> list[str]:
    """Return the tags with a word, as they are in Ganeti; with any value if empty."""
    pairs = [(tag, _parse(tag, prefix)) for tag in raw]
    return [
        tag
        for tag, parsed in pairs
        if parsed and parsed[0] == word and value in ("", parsed[1])
    ]


def _subnet(values: Iterable[str]) -> Subnet | None:
    for value in values:
        try:
            return ip_network(value, strict=False)
        except ValueError:
            continue
    return None


def storage_providers(tags: Iterable[str], prefix: str) -> dict[str, dict[str, str]]:
    """Return the extstorage providers in a cluster's tags, with parameters.

    ``PREFIX:ext:PROVIDER`` names a provider, ``PREFIX:ext:PROVIDER:params:KEY:VALUE`` a
    parameter of its disks; a parameter names the provider too.
    """
    providers: dict[str, dict[str, str]] = {}
    for tag in sorted(tags):
        leading, _, suffix = tag.partition(f"{prefix}:ext:")
        provider, _, parameter = suffix.partition(":params:")
        if leading or not provider or (":" in provider):
            continue
        params = providers.setdefault(provider, {})
        key, _, value = parameter.partition(":")
        if key and value:
            params[key] = value
    return providers


@dataclass(frozen=True, slots=True)
class Tags:
    """An instance's tags, parsed; ``raw`` has them as they are in Ganeti."""

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
        """Parse tags; those that are not ganetimgr's go to ``others``."""
        raw = tuple(tags)
        values_by_word: dict[str, list[str]] = {}
        foreign = []
        for tag in raw:
            parsed = _parse(tag, prefix)
            if parsed is None:
                foreign.append(tag)
            else:
                word, value = parsed
                values_by_word.setdefault(word, []).append(value)

        def values(word: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(values_by_word.get(word, ())))

        return cls(
            raw=raw,
            users=values(USER),
            groups=values(GROUP),
            organizations=values(ORGANIZATION),
            applications=values(APPLICATION),
            services=values(SERVICE),
            volume_groups=values(VOLUME_GROUP),
            flags=frozenset(_FLAGS & values_by_word.keys()),
            whitelists=values(WHITELIST),
            others=tuple(foreign),
        )

    @property
    def whitelist(self) -> Subnet | None:
        """The first whitelist tag that is an IP network."""
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
        """Iterate over the tags as they are in Ganeti."""
        return iter(self.raw)
