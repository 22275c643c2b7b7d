"""Links from the audit log to applications."""

from collections.abc import Callable, Collection
from functools import cache, partial

from django.contrib.auth.models import User
from django.urls import reverse

from apps.accounts.person import Person, person_of
from apps.auditlog.models import AuditEntry
from apps.auditlog.outcomes import Filters, Outcome, Reach
from apps.auditlog.target import TargetKind
from apps.web.requests import UserRequest

from .. import access


class Applications:
    """What this app knows of entries (`apps.auditlog.outcomes.EntrySource`)."""

    filters: Filters = {}
    related: Collection[str] = ()

    def reach(self, request: UserRequest) -> Reach:
        """Return links to applications; looks up rights only if an entry needs them."""
        person = cache(lambda: person_of(request))
        return Reach(addresses=[partial(_address, request.user, person)])

    def outcome(self, _entry: AuditEntry) -> Outcome | None:
        return None


def _address(user: User, person: Callable[[], Person], entry: AuditEntry) -> str:
    """Return the URL of an application; empty if the user may not see it."""
    if entry.target_kind != TargetKind.APPLICATION or not entry.target_id:
        return ""
    if entry.user_id != user.pk and not access.may_see_applications(person()):
        return ""
    return reverse("applications:detail", args=[entry.target_id])
