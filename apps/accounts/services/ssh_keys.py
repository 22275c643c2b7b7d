"""SSH keys of users: adding and deleting them, with audit entries."""

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
MAX_KEYS = 100


@dataclass(frozen=True, slots=True)
class DuplicateKey:
    """A line with a key that the user already has."""

    number: int
    key: SshKey


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as pages show it."""

    key: SshKey
    kind: str
    md5: str

    @property
    def name(self) -> str:
        return name_of(self.key)


def rows_of(user: User) -> list[KeyRow]:
    """Return the user's keys with both fingerprints, the oldest first."""
    keys = SshKey.objects.filter(owner=user)
    return [KeyRow(key, describe(key.key), md5_of(key.key)) for key in keys]


def name_of(key: SshKey) -> str:
    """Return the label of a key: its comment, or its fingerprint."""
    return key.comment or f"SHA256:{key.fingerprint}"


def duplicates(user: User, lines: Sequence[KeyLine]) -> list[DuplicateKey]:
    """Return the keys among the lines that the user already has."""
    numbers = {line.key.fingerprint: line.number for line in lines}
    stored = user.ssh_keys.filter(fingerprint__in=numbers)
    return sorted(
        (DuplicateKey(numbers[key.fingerprint], key) for key in stored),
        key=lambda duplicate: duplicate.number,
    )


def add(by: Acting, lines: Sequence[KeyLine]) -> list[SshKey]:
    """Store the keys of these lines; return those that are new."""
    with transaction.atomic():
        stored = [_get_or_create(by.user, line) for line in lines]
        added = [key for key, is_new in stored if is_new]
        if added:
            changes = [("ssh_key", None, _named(key)) for key in added]
            entries.record(by, ADDED, detail=_prints(added), changes=changes)
            _notify_owner(by, added)
    return added


def _notify_owner(by: Acting, keys: Sequence[SshKey]) -> None:
    """Email the owner about new keys: somebody else may use their session."""
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


def _get_or_create(owner: User, line: KeyLine) -> tuple[SshKey, bool]:
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
