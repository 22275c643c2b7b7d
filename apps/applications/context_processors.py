"""What the navigation says of applications."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.ganeti import access
from apps.ganeti.views.asking import person_of

from .models import InstanceApplication
from .states import REVIEWABLE


def waiting(request: HttpRequest) -> dict[str, Any]:
    """Return how many applications wait for a reviewer; counted for them alone."""
    return {"to_review": SimpleLazyObject(lambda: _to_review(request))}


def _to_review(request: HttpRequest) -> int:
    if not access.may_review(person_of(request)):
        return 0
    return InstanceApplication.objects.filter(status__in=REVIEWABLE).count()
