"""Digest of refused attempts, mailed to MANAGERS."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.mails.letters import Letter
from apps.mails.models import Mail

from . import labels
from .models import AuditEntry

ABOUT = "refusals"
LOOK_EVERY_S = 5.0
PAUSE = timedelta(minutes=15)
MAX_LINES = 50


def send() -> None:
    """Mail the refusals since the last digest, unless that is too recent."""
    now = timezone.now()
    if Mail.objects.about(ABOUT).filter(created_at__gt=now - PAUSE).exists():
        return
    with transaction.atomic():
        # Of several watchers, the one whose UPDATE finds the rows writes the mail.
        if not AuditEntry.objects.unreported().update(reported_at=now):
            return
        entries = AuditEntry.objects.filter(refused=True, reported_at=now)
        shown = list(entries.order_by("-times", "created_at")[:MAX_LINES])
        context = {
            "attempts": [
                {"entry": entry, "action": labels.label_for(entry.action)}
                for entry in shown
            ],
            "more": entries.count() - len(shown),
        }
        letter = Letter("auditlog/emails/refusals.txt", context, about=ABOUT)
        letter.post_to_managers()
