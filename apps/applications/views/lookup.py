"""Answers for applications that the user may not see or change."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from apps.ganeti.access import Answer, Verdict

HIDDEN = _("This application doesn't exist, or you don't have access to it.")


def as_answer(verdict: Verdict) -> Exception:
    """Return the exception to raise: 404 if the user may not see it, else 403."""
    if verdict.answer is Answer.INVISIBLE:
        return Http404(HIDDEN)
    return PermissionDenied(str(verdict.reason))
