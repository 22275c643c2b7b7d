"""The history of an instance, as its page shows it."""

from functools import lru_cache

from django.contrib.auth.models import User
from django.db.models import Value, prefetch_related_objects

from apps.auditlog import rows
from apps.auditlog.models import AuditEntry
from apps.auditlog.outcomes import Reach
from apps.auditlog.rows import HistoryRow
from apps.auditlog.target import TargetKind
from apps.work.prepared_query import Argument, PreparedQuery, argument

from .. import access
from .instance_page import Machine

LENGTH = 50


def history(user: User, machine: Machine) -> list[HistoryRow]:
    """Return what was done to an instance last, newest first, with its outcome.

    By its uuid: what was done to another one of its name is not its history, and what
    was done to it under another name is. Attempts of strangers are for the history
    that staff reads: here they would push out what owners look for.
    """
    targets = machine.history_targets
    owned = {TargetKind.INSTANCE: targets[TargetKind.INSTANCE]}
    everything = access.may_see_all_history(machine.visible.person)
    reach = Reach(everything=everything, targets=owned)
    shown_since = rows.shown_since()
    counts = tuple((kind, len(ids)) for kind, ids in targets.items())
    arguments: dict[str, Argument] = {
        _id_argument(kind, number): target_id
        for kind, ids in targets.items()
        for number, target_id in enumerate(ids)
    }
    if shown_since:
        arguments["since"] = shown_since
    if not everything:
        arguments["user"] = user.pk
    query = _query(everything, counts, shown_since is not None)
    entries = query.fetch(**arguments)
    prefetch_related_objects(entries, "jobs")
    return rows.rows_for(entries, user, reach)


@lru_cache(maxsize=100)
def _query(
    everything: bool, counts: tuple[tuple[TargetKind, int], ...], limited: bool
) -> PreparedQuery[AuditEntry]:
    """Return the query for targets of which there are so many of each kind."""
    targets = {
        kind: [argument(_id_argument(kind, number)) for number in range(count)]
        for kind, count in counts
    }
    owned = {TargetKind.INSTANCE: targets[TargetKind.INSTANCE]}
    visible = Reach(everything=everything, targets=owned).condition(
        Value(argument("user"))
    )
    shown = rows.since(Value(argument("since")) if limited else None)
    return PreparedQuery(
        lambda: AuditEntry.objects.about(targets).filter(shown, visible, hidden=False)[
            :LENGTH
        ]
    )


def _id_argument(kind: TargetKind, number: int) -> str:
    return f"{kind.value}_{number}"
