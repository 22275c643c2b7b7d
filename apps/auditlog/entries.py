"""Write the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from apps.mails.letters import Letter

from .models import AuditEntry

# What was changed, from what, to what: texts, or None where there was nothing.
Change = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something, and from which address."""

    user: User
    address: str | None = None


@dataclass(frozen=True, slots=True)
class On:
    """What is acted upon: an instance of a cluster, as it is called then."""

    cluster: str = ""
    instance: str = ""
    uuid: str = ""


NOTHING = On()


def record(
    by: Acting,
    action: str,
    on: On = NOTHING,
    *,
    detail: str = "",
    changes: Sequence[Change] = (),
) -> AuditEntry:
    """Write down what somebody does."""
    entry = _entry(by, action, on)
    entry.detail, entry.changes = detail, [list(change) for change in changes]
    entry.save()
    return entry


def record_refusal(
    by: Acting, action: str, on: On = NOTHING, *, why: str
) -> AuditEntry:
    """Write down what somebody tried and may not do, and tell MANAGERS by mail."""
    entry = _entry(by, action, on)
    entry.detail, entry.refused = why, True
    entry.save()
    _tell_managers(entry)
    return entry


def _entry(by: Acting, action: str, on: On) -> AuditEntry:
    return AuditEntry(
        user=by.user,
        username=by.user.get_username(),
        address=by.address,
        action=action,
        cluster=on.cluster,
        instance=on.instance,
        instance_uuid=on.uuid,
    )


def _tell_managers(entry: AuditEntry) -> None:
    at = timezone.localtime(entry.created_at).isoformat(" ", "seconds")
    Letter("auditlog/emails/refused.txt", {"entry": entry, "at": at}).post_to_managers()
