"""The recipients of a notification now, and a digest of what was shown of them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from apps.accounts.person import Person
from apps.ganeti.reads import inventory
from apps.ganeti.state.snapshots import Snapshot

from . import directory, recipients
from .models import Notification
from .recipients import Excluded, Recipient


@dataclass(frozen=True, slots=True)
class Audience:
    """Recipients and exclusions, and the clusters whose owners may be out of date."""

    recipients: Sequence[Recipient]
    excluded: Sequence[Excluded]
    down: Sequence[Snapshot]


def of(notification: Notification, person: Person) -> Audience:
    """Return the recipients, from the snapshots that the sender may see."""
    visible = inventory.visible(person)
    clusters = {
        snapshot.cluster.slug: snapshot.contents
        for snapshot in visible.snapshots
        if snapshot.contents
    }
    resolved = recipients.resolve(
        notification.target_list,
        clusters,
        directory.read(),
        with_secondaries=notification.with_secondaries,
    )
    return Audience(resolved.recipients, resolved.excluded, visible.down)


def digest(notification: Notification, audience: Audience) -> str:
    """Return a digest of all that each recipient will get, and who they are."""
    content = (
        *(notification.subject_en, notification.body_en),
        *(notification.subject_el, notification.body_el, notification.markup),
        *(str(notification.starts_at), str(notification.ends_at)),
        notification.copy_to_managers,
    )
    people = [
        (account.pk, account.address, account.name, account.language, account.zone)
        for account in (recipient.account for recipient in audience.recipients)
    ]
    machines = [recipient.machines for recipient in audience.recipients]
    shown = json.dumps([content, people, machines])
    return hashlib.sha256(shown.encode()).hexdigest()
