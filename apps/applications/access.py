"""Rights on applications; checked nowhere else."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.person import Person
from apps.ganeti.access import INVISIBLE, YES, Answer, Verdict

_REVIEW = "applications.change_instanceapplication"


def may_see_applications(person: Person) -> bool:
    """Tell whether the person sees the applications of others."""
    return person.has("applications.view_applications") or may_review(person)


def may_see_application(person: Person, applicant: str) -> bool:
    """Tell whether the person may see an application by this applicant."""
    return may_see_applications(person) or (person.username == applicant != "")


def may_withdraw(person: Person, applicant: str) -> Verdict:
    """Return whether the person may withdraw an application, whatever its state."""
    if not may_see_application(person, applicant):
        return INVISIBLE
    if person.username != applicant:
        return Verdict(
            Answer.FORBIDDEN, _("Only the applicant can withdraw an application.")
        )
    return YES


def may_review(person: Person) -> bool:
    """Tell whether the person is a reviewer."""
    return person.has(_REVIEW)


def may_review_of(person: Person, applicant: str, *, own: bool) -> Verdict:
    """Return whether the person may decide on an application by this applicant.

    ``own``: reviewers may decide on their own, too. Superusers always may, since they
    can create machines without an application.
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
    """Return whether the person may create a machine without an application."""
    if person.superuser:
        return YES
    return Verdict(
        Answer.FORBIDDEN,
        _("Only superusers can create machines without an application."),
    )
