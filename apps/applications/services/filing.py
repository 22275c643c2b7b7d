"""File and withdraw applications; both are audited."""

from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop, pgettext_lazy

from apps.accounts.models import Profile
from apps.accounts.person import Person
from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.ganeti.jobs.submission import refuse
from apps.mails.letters import Letter
from apps.web.stored_text import Text
from apps.work.cached_count import forget

from .. import access
from ..models import Event, InstanceApplication
from ..states import WAITING, Status
from . import transitions

# Actions as the audit log has them.
APPLY, WITHDRAW = "apply", "withdraw"
ACTIONS: dict[str, Text] = {
    APPLY: pgettext_lazy("action", "Apply for a machine"),
    WITHDRAW: pgettext_lazy("action", "Withdraw an application"),
}


# The reason recorded for an application that the user may not see.
NOT_THEIRS = gettext_noop("The application belongs to another user.")


class TooManyOpen(Exception):
    """The applicant has the maximum number of open applications."""


class NameTaken(Exception):
    """Another application requested the name in the meantime."""


def file(fields: dict[str, Any], *, by: Acting) -> InstanceApplication:
    """File an application with these fields, and tell MANAGERS.

    Raises NameTaken and TooManyOpen.
    """
    try:
        with transaction.atomic():
            # One at a time: forms sent at once would all see room for one more.
            User.objects.select_for_update().get(pk=by.user.pk)
            if InstanceApplication.objects.at_limit(by.user):
                raise TooManyOpen
            return _file(fields, by)
    except IntegrityError as exc:
        if not InstanceApplication.objects.speak_for(fields["hostname"]):
            raise
        raise NameTaken from exc


def _file(fields: dict[str, Any], by: Acting) -> InstanceApplication:
    application = InstanceApplication.objects.create(applicant=by.user, **fields)
    transitions.add_event(application, Event.Kind.FILED, by=by.user)
    forget(WAITING)
    entries.record(by, APPLY, application.target)
    _fill_profile(by.user, application)
    Letter(
        "applications/emails/filed.txt",
        {"application": application},
        about=application.mail_key,
    ).post_to_managers()
    return application


def _fill_profile(user: User, application: InstanceApplication) -> None:
    """Fill gaps in the applicant's profile, the phone only if they are the contact."""
    profile, _created = Profile.objects.get_or_create(user=user)
    updates: dict[str, Any] = {}
    if profile.organization is None and application.organization is not None:
        updates["organization"] = application.organization
    if not profile.phone and _is_contact(user, application):
        updates["phone"] = application.contact_phone
    if updates:
        Profile.objects.filter(pk=profile.pk).update(**updates)


def _is_contact(user: User, application: InstanceApplication) -> bool:
    """Tell whether the contact, so far as filled in, is the applicant."""
    mail, name = application.contact_email, application.contact_name
    if mail:
        return mail.casefold() == user.email.casefold()
    return not name or name.casefold() == user.get_full_name().casefold()


def withdraw(application: InstanceApplication, *, by: Acting) -> None:
    """Withdraw an application; raises ActionRefused and TooLate."""
    verdict = access.may_withdraw(
        Person.of(by.user), application.applicant.get_username()
    )
    if not verdict.allowed:
        raise refuse(verdict, WITHDRAW, application.target, by=by, hidden=NOT_THEIRS)
    with transaction.atomic():
        transitions.move(
            application, Status.WITHDRAWN, Event.Kind.WITHDRAWN, by=by.user
        )
        entries.record(by, WITHDRAW, application.target)
