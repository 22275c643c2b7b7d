"""Find notifications that the user may see; others answer 404."""

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from apps.accounts.person import Person, person_of
from apps.web.requests import UserRequest

from .. import access
from ..models import Notification

HIDDEN = _("This notification doesn't exist, or you don't have access to it.")


def require_sender(request: UserRequest) -> Person:
    """Return the person if they may send notifications; else raise Http404."""
    person = person_of(request)
    if not access.may_send(person):
        raise Http404(HIDDEN)
    return person


def require_reader(request: UserRequest) -> Person:
    """Return the person if they may see the archive; else raise Http404."""
    person = person_of(request)
    if not access.may_see_archive(person):
        raise Http404(HIDDEN)
    return person


def any_notification(pk: int) -> Notification:
    notification = Notification.objects.filter(pk=pk).first()
    if notification is None:
        raise Http404(HIDDEN)
    return notification


def archived(pk: int) -> Notification:
    """Return a notification that was sent, or is being sent."""
    notification = any_notification(pk)
    if notification.status == Notification.Status.DRAFT:
        raise Http404(HIDDEN)
    return notification
