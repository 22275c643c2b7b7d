"""Reserved names of users and groups: not free, though no account has them.

Ganeti's tags name owners, so whoever gets a name gets the machines of that name. A name
is taken while a tag of any cluster mentions it, as last known, and after the account
that had it was deleted or renamed. The app that reads tags calls `expect` for each
source of tags, and `remember` whenever it has read them.

Names that differ only in case or compatibility characters are one name here: a
database may take them for equal where tags don't.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from ..models import NameSource, ReservedName, UnconfirmedRegistration

Kind = ReservedName.Kind
# The source of names whose account was deleted or renamed.
FORMER = "account"
MAX_LENGTH = 255
BATCH_SIZE = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """What a name brings: machines whose tags name it, or an earlier account.

    ``silent`` counts the sources whose tags have not been read yet.
    """

    machines: int = 0
    former: bool = False
    silent: int = 0

    @property
    def free(self) -> bool:
        """Whether it can be registered: nothing is known to come with it."""
        return not (self.machines or self.former)

    @property
    def certain(self) -> bool:
        """Whether certainly nothing comes with it."""
        return self.free and not self.silent


def key_of(name: str) -> str:
    """Return what equal names have in common.

    A digest, since a database may take an accented letter for a plain one. What is
    longer than any name is taken as it is: normalizing may be quadratic.
    """
    if len(name) <= MAX_LENGTH:
        name = unicodedata.normalize("NFKC", name).casefold()
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()


def claim_on(kind: Kind, name: str) -> Claim:
    """Return what an account with this name would get."""
    rows = ReservedName.objects.filter(kind=kind, key=key_of(name))
    return Claim(
        machines=rows.aggregate(total=Sum("machines"))["total"] or 0,
        former=rows.filter(source=FORMER).exists(),
        silent=NameSource.objects.filter(told=False).count(),
    )


def is_pending(username: str) -> bool:
    """Tell whether a registration holds a user name."""
    key = key_of(username)
    return UnconfirmedRegistration.objects.filter(name_key=key).exists()


def reserve(kind: Kind, name: str) -> None:
    """Reserve a name that an account had."""
    ReservedName.objects.get_or_create(
        kind=kind, key=key_of(name), source=FORMER, defaults={"name": name[:MAX_LENGTH]}
    )


def reserve_deleted(instance: User | Group, **_signal: Any) -> None:
    """Reserve the name of a user or group that is deleted.

    Not that of a registration that was refused: nobody was ever in with it.
    """
    if isinstance(instance, Group):
        reserve(Kind.GROUP, instance.name)
    elif instance.is_active or instance.last_login is not None:
        reserve(Kind.USER, instance.username)


def expect(source: str) -> None:
    """Register a source whose tags are to be read, for the first time or again."""
    NameSource.objects.update_or_create(name=source, defaults={"told": False})


def drop(source: str) -> None:
    """Remove a source; its names stay reserved."""
    NameSource.objects.filter(name=source).delete()


def remember(
    source: str, owners: Mapping[Kind, Mapping[str, int]], *, is_whole: bool = True
) -> None:
    """Replace the names of a source: how many machines name each user and group.

    If it isn't ``is_whole``, none of its names becomes free. Called after each refresh
    that changed anything, so equal rows are only read.
    """
    current = _by_key(owners)
    rows = ReservedName.objects.filter(source=source)
    stored = {
        (kind, key): (pk, machines)
        for kind, key, pk, machines in rows.values_list("kind", "key", "pk", "machines")
    }
    if not is_whole:
        for key, (_pk, previous) in stored.items():
            name, machines = current.get(key, ("", 0))
            current[key] = (name, max(machines, previous))
    obsolete = [pk for key, (pk, _machines) in stored.items() if key not in current]
    changed = _changed_rows(source, current, stored)
    if obsolete or changed:
        _write(changed, obsolete)
    if not NameSource.objects.filter(name=source, told=is_whole).exists():
        NameSource.objects.update_or_create(name=source, defaults={"told": is_whole})


def _changed_rows(
    source: str,
    current: Mapping[tuple[str, str], tuple[str, int]],
    stored: Mapping[tuple[str, str], tuple[int, int]],
) -> list[ReservedName]:
    """Build the rows that are new or whose number of machines changed."""
    return [
        ReservedName(
            pk=stored[kind, key][0] if (kind, key) in stored else None,
            kind=kind,
            key=key,
            name=name,
            source=source,
            machines=machines,
        )
        for (kind, key), (name, machines) in current.items()
        if machines != stored.get((kind, key), (None, 0))[1]
    ]


def _write(rows: list[ReservedName], obsolete: list[int]) -> None:
    reserved = ReservedName.objects
    existing = [row for row in rows if row.pk]
    added = [row for row in rows if not row.pk]
    with transaction.atomic():
        for start in range(0, len(obsolete), BATCH_SIZE):
            reserved.filter(pk__in=obsolete[start : start + BATCH_SIZE]).delete()
        reserved.bulk_update(existing, ["machines"], batch_size=BATCH_SIZE)
        # Another process may refresh an instance of the same cluster at this moment.
        reserved.bulk_create(added, ignore_conflicts=True, batch_size=BATCH_SIZE)


def _by_key(
    owners: Mapping[Kind, Mapping[str, int]],
) -> dict[tuple[str, str], tuple[str, int]]:
    """Return a spelling and the number of machines of each kind and key."""
    by_key: dict[tuple[str, str], tuple[str, int]] = {}
    for kind, names in owners.items():
        for name, machines in names.items():
            key = (kind.value, key_of(name))
            _name, counted = by_key.get(key, (name, 0))
            by_key[key] = (name[:MAX_LENGTH], counted + machines)
    return by_key


def is_valid(name: str) -> bool:
    """Tell whether a page's address can hold a name: browsers drop some parts."""
    return not any(part in {"", ".", ".."} for part in name.split("/"))


def validate(name: str) -> None:
    """Raise ValidationError for names that aren't valid."""
    if not is_valid(name):
        raise ValidationError(_("Names can't be “.” or “..”, or contain “//”."))
