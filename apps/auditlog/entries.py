"""Write the audit log."""

import logging
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.mail import mail_managers
from django.db import transaction
from django.utils import timezone

from .models import AuditEntry

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something, and from which address."""

    user: User
    address: str | None = None


def record(
    by: Acting, action: str, *, cluster: str = "", instance: str = "", detail: str = ""
) -> AuditEntry:
    """Write down what somebody does."""
    entry = _entry(by, action, cluster, instance, detail)
    entry.save()
    return entry


def record_refusal(
    by: Acting, action: str, *, cluster: str, instance: str, why: str
) -> AuditEntry:
    """Write down what somebody tried and may not do, and tell MANAGERS by mail."""
    entry = _entry(by, action, cluster, instance, why)
    entry.refused = True
    entry.save()
    transaction.on_commit(lambda: _tell_managers(entry))
    return entry


def _entry(
    by: Acting, action: str, cluster: str, instance: str, detail: str
) -> AuditEntry:
    return AuditEntry(
        user=by.user,
        username=by.user.get_username(),
        address=by.address,
        action=action,
        cluster=cluster,
        instance=instance,
        detail=detail,
    )


def _tell_managers(entry: AuditEntry) -> None:
    """Mail a refusal; a mail server that is away changes nothing about it."""
    at = timezone.localtime(entry.created_at).isoformat(" ", "seconds")
    subject = f"Refused: {entry.action} {entry.instance} by {entry.username}"
    text = (
        f"{entry.username} ({entry.address or 'address unknown'}) tried to "
        f"{entry.action} {entry.instance} on {entry.cluster} at {at}.\n"
        f"It was refused: {entry.detail}\n"
    )
    try:
        mail_managers(subject, text)
    except OSError as exc:
        logger.error("Managers were not mailed (%s): %s", subject, exc)  # noqa: TRY400
