"""Somebody's SSH keys: added and deleted, and written down."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.mails.letters import Letter

from .. import contact
from ..models import SshKey
from ..ssh_public_keys import KeyLine, describe, md5_of

ADDED, DELETED = "ssh-key-add", "ssh-key-delete"
MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class Known:
    """A line with a key that its owner has already."""

    number: int
    key: SshKey


@dataclass(frozen=True, slots=True)
class Shown:
    """A key as pages show it."""

    key: SshKey
    kind: str
    md5: str

    @property
    def name(self) -> str:
        return name_of(self.key)


def shown(user: User) -> list[Shown]:
    """Return somebody's keys with both their fingerprints, the oldest first."""
    keys = SshKey.objects.filter(owner=user)
    return [Shown(key, describe(key.key), md5_of(key.key)) for key in keys]


def name_of(key: SshKey) -> str:
    """Return what its owner calls a key."""
    return key.comment or f"SHA256:{key.fingerprint}"


def known_among(user: User, lines: Sequence[KeyLine]) -> list[Known]:
    prints = {line.key.fingerprint: line.number for line in lines}
    kept = user.ssh_keys.filter(fingerprint__in=prints)
    return sorted(
        (Known(prints[key.fingerprint], key) for key in kept),
        key=lambda known: known.number,
    )


def add(by: Acting, lines: Sequence[KeyLine]) -> list[SshKey]:
    """Keep the keys of these lines; return those that are new."""
    with transaction.atomic():
        added = [key for key, new in (_kept(by.user, each) for each in lines) if new]
        if added:
            changes = [("ssh_key", None, _named(key)) for key in added]
            entries.record(by, ADDED, detail=_prints(added), changes=changes)
            _tell_owner(by, added)
    return added


def _tell_owner(by: Acting, keys: Sequence[SshKey]) -> None:
    """Write to the owner of new keys: somebody else may have their session."""
    context = {
        "user": by.user,
        "address": by.address,
        "keys": [_named(key) for key in keys],
    }
    Letter("accounts/emails/keys_added.txt", context).post(
        by.user.email, language=contact.language_of(by.user)
    )


def delete(by: Acting, key: SshKey) -> None:
    with transaction.atomic():
        changes = [("ssh_key", _named(key), None)]
        entries.record(by, DELETED, detail=_prints([key]), changes=changes)
        key.delete()


def _kept(owner: User, line: KeyLine) -> tuple[SshKey, bool]:
    key = line.key
    return SshKey.objects.get_or_create(
        owner=owner,
        fingerprint=key.fingerprint,
        defaults={"key": key.text, "comment": key.comment},
    )


def _prints(keys: Sequence[SshKey]) -> str:
    return ", ".join(_named(key) for key in keys)


def _named(key: SshKey) -> str:
    return f"SHA256:{key.fingerprint} {key.comment}".strip()
