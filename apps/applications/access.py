"""Who may see and decide what about applications; the only place that answers it."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.person import Person
from apps.ganeti.access import INVISIBLE, YES, Answer, Verdict

_REVIEW = "applications.change_instanceapplication"


def may_see_applications(person: Person) -> bool:
    """Tell whether the person sees the applications of others."""
    return person.has("applications.view_applications") or may_review(person)


def may_see_application(person: Person, applicant: str) -> bool:
    """Tell whether the person may know of an application; by who filed it."""
    return may_see_applications(person) or (person.username == applicant != "")


def may_withdraw(person: Person, applicant: str) -> Verdict:
    """Answer who wants to take an application back; whether it is open is no matter."""
    if not may_see_application(person, applicant):
        return INVISIBLE
    if person.username != applicant:
        return Verdict(
            Answer.FORBIDDEN, _("Only the applicant can withdraw an application.")
        )
    return YES


def may_review(person: Person) -> bool:
    """Tell whether the person accepts and refuses applications."""
    return person.has(_REVIEW)


def may_review_of(person: Person, applicant: str, *, own: bool) -> Verdict:
    """Answer who wants to decide about an application; by who filed it.

    ``own``: reviewers decide about their own, too. Superusers do so always, since they
    have machines built without an application.
    """
    if may_review(person):
        if own or person.superuser or person.username != applicant:
            return YES
        return Verdict(
            Answer.FORBIDDEN,
            _("You can't review your own application. Another reviewer must decide."),
        )
    if not may_see_application(person, applicant):
        return INVISIBLE
    return Verdict(Answer.FORBIDDEN, _("Only reviewers can decide on applications."))


def may_create(person: Person) -> Verdict:
    """Answer who wants to have a machine built without an application."""
    if person.superuser:
        return YES
    return Verdict(
        Answer.FORBIDDEN,
        _("Only superusers can create machines without an application."),
    )
