"""What the navigation says of applications."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.accounts.person import TemplateAccess, person_of

from . import access
from .models import InstanceApplication
from .states import REVIEWABLE


def waiting(request: HttpRequest) -> dict[str, Any]:
    """Return who may see what, and how many applications wait for a reviewer."""
    return {
        "applications_access": TemplateAccess(access, request),
        "to_review": SimpleLazyObject(lambda: _to_review(request)),
    }


def _to_review(request: HttpRequest) -> int:
    if not access.may_review(person_of(request)):
        return 0
    return InstanceApplication.objects.filter(status__in=REVIEWABLE).count()
