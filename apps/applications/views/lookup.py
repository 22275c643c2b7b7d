"""How pages answer who asks for an application that is not theirs."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from apps.ganeti.access import Answer, Verdict

HIDDEN = _("This application doesn't exist, or you don't have access to it.")


def as_answer(verdict: Verdict) -> Exception:
    """Return what is raised: 404 to whom it does not exist for, 403 to the others."""
    if verdict.answer is Answer.INVISIBLE:
        return Http404(HIDDEN)
    return PermissionDenied(str(verdict.reason))
