"""Notifications: sent ones, and a draft. Needs Django set up."""
# ruff: noqa: RUF001 - letters that look like Latin ones

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from apps.accounts.person import Person
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster
from apps.ganeti.state import snapshots
from apps.notifications import audience, drafts, inbox, sending
from apps.notifications.models import Notification
from apps.notifications.targets import Target, TargetKind

SENDER = "root"
OPTIONS: dict[str, Any] = {
    "markup": Notification.Markup.MARKDOWN,
    "with_secondaries": False,
    "copy_to_managers": False,
    "starts_at": None,
    "ends_at": None,
}
WELCOME = {
    "subject_en": "New: notifications on this site",
    "body_en": "Dear {{ user }},\n\nfrom now on, what we write to you about your "
    'machines is **also here**, under "My notifications".',
    "subject_el": "Νέο: ειδοποιήσεις σε αυτόν τον ιστότοπο",
    "body_el": "Αγαπητέ χρήστη {{ user }},\n\nαπό σήμερα, όσα σας γράφουμε για τα "
    "μηχανήματά σας βρίσκονται **και εδώ**, στο «Οι ειδοποιήσεις μου».",
}
DISK_FULL = {
    "subject_en": "Please remove old snapshots",
    "body_en": "The storage of this cluster is nearly full. Please remove what you no "
    "longer need from these machines:\n\n{{ instances }}",
    "subject_el": "",
    "body_el": "",
}


def create() -> None:
    """Create notifications, and those about a cluster if it has been read."""
    _send(Target(TargetKind.EVERYBODY), WELCOME, days_ago=20)
    snapshot = snapshots.current(Cluster.objects.order_by("slug")[:1])[0]
    if snapshot.contents is not None:
        _about(snapshot.cluster.slug, min(snapshot.contents.nodes))
    inbox.mark_read(_sender())


def _about(cluster: str, node_name: str) -> None:
    _send(Target(TargetKind.CLUSTER, cluster), DISK_FULL, days_ago=6)
    node = Target(TargetKind.NODE, node_name, cluster)
    _send(node, _maintenance(node, days=1), days_ago=0.05)
    group = Target(TargetKind.NODE_GROUP, "default", cluster)
    values = _maintenance(group, days=9)
    drafts.create(_sender(), [group], values)


def _sender() -> User:
    return User.objects.get(username=SENDER)


def _maintenance(target: Target, *, days: int) -> dict[str, Any]:
    at = _evening(timezone.now() + timedelta(days=days))
    window = {"starts_at": at, "ends_at": at + timedelta(hours=2)}
    return {**OPTIONS, **drafts.maintenance_text(target), **window}


def _evening(at: datetime) -> datetime:
    return at.replace(hour=20, minute=0, second=0, microsecond=0)


def _send(target: Target, values: dict[str, Any], *, days_ago: float) -> None:
    """Send a notification as the page does, at a time in the past."""
    sender = _sender()
    draft = drafts.create(sender, [target], {**OPTIONS, **values})
    shown = audience.digest(draft, audience.of(draft, Person.of(sender)))
    sending.confirm(draft, shown, by=Acting(sender))
    at = timezone.now() - timedelta(days=days_ago)
    Notification.objects.filter(pk=draft.pk).update(sent_at=at, created_at=at)
    newest = AuditEntry.objects.filter(action=sending.SEND).order_by("-pk").first()
    if newest:
        AuditEntry.objects.filter(pk=newest.pk).update(created_at=at)
