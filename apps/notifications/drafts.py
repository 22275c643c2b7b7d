"""Write, change and copy drafts."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from . import targets
from .models import Notification
from .targets import INFRASTRUCTURE, Target, TargetKind

# What a form fills in, and a copy takes over.
TEXT_FIELDS = ("subject_en", "body_en", "subject_el", "body_el", "markup")
OPTION_FIELDS = ("with_secondaries", "copy_to_managers")
WINDOW_FIELDS = ("starts_at", "ends_at")
FIELDS = (*TEXT_FIELDS, *OPTION_FIELDS, *WINDOW_FIELDS)


class NoDraft(Exception):
    """The notification has been sent or deleted meanwhile."""


def create(
    author: User, chosen: Iterable[Target], values: Mapping[str, Any]
) -> Notification:
    """Store a new draft."""
    return Notification.objects.create(
        author=author,
        author_name=author.get_username(),
        targets=targets.stored(chosen),
        **{name: values[name] for name in FIELDS},
    )


def change(
    draft: Notification, chosen: Iterable[Target], values: Mapping[str, Any]
) -> None:
    """Store changes of a draft; raises NoDraft."""
    drafts = Notification.objects.filter(status=Notification.Status.DRAFT, pk=draft.pk)
    if not drafts.update(
        targets=targets.stored(chosen),
        changed_at=timezone.now(),
        **{name: values[name] for name in FIELDS},
    ):
        raise NoDraft


def copy(notification: Notification, author: User) -> Notification:
    """Create a draft with the text and targets of a notification, without its time."""
    values = {name: getattr(notification, name) for name in FIELDS}
    values |= dict.fromkeys(WINDOW_FIELDS)
    return create(author, notification.target_list, values)


def delete(draft: Notification) -> None:
    """Delete a draft; raises NoDraft."""
    drafts = Notification.objects.filter(status=Notification.Status.DRAFT, pk=draft.pk)
    if not drafts.delete()[0]:
        raise NoDraft


def maintenance_text(target: Target | None) -> dict[str, str]:
    """Return subject and text of a maintenance notice, in each language."""
    if target is None or target.kind not in INFRASTRUCTURE:
        return {}
    values: dict[str, str] = {}
    for language in ("en", "el"):
        with translation.override(language):
            name = _described(target)
            subject = _("Maintenance of %(name)s") % {"name": name}
            values[f"subject_{language}"] = subject
            values[f"body_{language}"] = _(
                "We will carry out maintenance on %(name)s. Your machines there may be "
                "unavailable meanwhile: {{ instances }}"
            ) % {"name": name}
    return values


def _described(target: Target) -> str:
    """Return the name of what is maintained, in the active language."""
    if target.kind is TargetKind.CLUSTER:
        return _("cluster %(name)s") % {"name": target.name}
    if target.kind is TargetKind.NODE_GROUP:
        text = _("node group %(name)s of cluster %(cluster)s")
        return text % {"name": target.name, "cluster": target.cluster}
    return target.name
