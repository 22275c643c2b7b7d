"""Names of users and groups that aren't free, although nobody here has to have them.

Ganeti's tags name owners, so whoever gets a name gets the machines of that name. A name
is taken while a tag of any cluster mentions it, as last known, and after the account
that had it was deleted or renamed. The room that reads tags calls `remember`.

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

from .models import ReservedName, UnconfirmedRegistration

Kind = ReservedName.Kind
# The source of names whose account was deleted or renamed.
FORMER = "account"
MAX_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Claim:
    """What comes with a name: machines whose tags name it, or an earlier account."""

    machines: int = 0
    former: bool = False

    @property
    def free(self) -> bool:
        return not (self.machines or self.former)


def key_of(name: str) -> str:
    """Return what equal names have in common.

    A digest, since a database may take an accented letter for a plain one. What is
    longer than any name is taken as it is: normalizing may be quadratic.
    """
    if len(name) <= MAX_LENGTH:
        name = unicodedata.normalize("NFKC", name).casefold()
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()


def claim_on(kind: Kind, name: str) -> Claim:
    """Return what comes with a name for whoever gets it."""
    rows = ReservedName.objects.filter(kind=kind, key=key_of(name))
    return Claim(
        machines=rows.aggregate(total=Sum("machines"))["total"] or 0,
        former=rows.filter(source=FORMER).exists(),
    )


def is_pending(username: str) -> bool:
    """Tell whether a registration holds a user name."""
    key = key_of(username)
    return UnconfirmedRegistration.objects.filter(name_key=key).exists()


def reserve(kind: Kind, name: str) -> None:
    """Keep a name from being given to somebody else."""
    ReservedName.objects.get_or_create(
        kind=kind, key=key_of(name), source=FORMER, defaults={"name": name[:MAX_LENGTH]}
    )


def reserve_deleted(instance: User | Group, **_others: Any) -> None:
    """Reserve the name of a user or group that is deleted.

    Not that of a registration that was refused: nobody was ever in with it.
    """
    if isinstance(instance, Group):
        reserve(Kind.GROUP, instance.name)
    elif instance.is_active or instance.last_login is not None:
        reserve(Kind.USER, instance.username)


def remember(source: str, owners: Mapping[tuple[Kind, str], int]) -> None:
    """Replace what a source says: how many machines name each user and group."""
    wanted = _by_key(source, owners)
    with transaction.atomic():
        rows = ReservedName.objects.filter(source=source)
        stored = {(row.kind, row.key): row for row in rows}
        gone = [row.pk for key, row in stored.items() if key not in wanted]
        ReservedName.objects.filter(pk__in=gone).delete()
        changed = []
        for key, row in stored.items():
            if key in wanted and row.machines != wanted[key].machines:
                row.machines = wanted[key].machines
                changed.append(row)
        ReservedName.objects.bulk_update(changed, ["machines"], batch_size=200)
        # Another process may refresh an instance of the same cluster at this moment.
        ReservedName.objects.bulk_create(
            [row for key, row in wanted.items() if key not in stored],
            ignore_conflicts=True,
            batch_size=200,
        )


def _by_key(
    source: str, owners: Mapping[tuple[Kind, str], int]
) -> dict[tuple[str, str], ReservedName]:
    rows: dict[tuple[str, str], ReservedName] = {}
    for (kind, name), machines in owners.items():
        key = key_of(name)
        row = rows.setdefault(
            (kind, key),
            ReservedName(kind=kind, name=name[:MAX_LENGTH], key=key, source=source),
        )
        row.machines += machines
    return rows


def is_valid(name: str) -> bool:
    """Tell whether a page's address can hold a name: browsers drop some parts."""
    return not any(part in {"", ".", ".."} for part in name.split("/"))


def validate(name: str) -> None:
    """Raise ValidationError for names that aren't valid."""
    if not is_valid(name):
        raise ValidationError(
            _("This can't be a name: “.”, “..” and “//” are not allowed.")
        )
