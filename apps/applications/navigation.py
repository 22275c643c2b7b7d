"""Navigation entries of applications."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.person import person_of
from apps.web.navigation import Entry, Section
from apps.web.stored_text import Text
from apps.work.cached_count import cached_count

from . import access
from .models import InstanceApplication
from .states import REVIEWABLE, WAITING


def _label_of_list(request: HttpRequest) -> Text:
    if access.may_see_applications(person_of(request)):
        return _("All applications")
    return _("My applications")


def _waiting(_request: HttpRequest) -> int:
    return cached_count(
        WAITING,
        lambda: InstanceApplication.objects.filter(status__in=REVIEWABLE).count(),
    )


ENTRIES = (
    Entry(
        Section.MACHINES,
        20,
        "applications:apply",
        "plus-square",
        lambda _request: _("Apply for a machine"),
    ),
    Entry(
        Section.MACHINES,
        30,
        "applications:create",
        "lightning",
        lambda _request: _("Create a machine"),
        visible=lambda request: access.may_create(person_of(request)).allowed,
    ),
    Entry(
        Section.MACHINES,
        40,
        "applications:list",
        "file-earmark-text",
        _label_of_list,
        parent_of=("applications:detail", "applications:review"),
    ),
    Entry(
        Section.SERVICE,
        10,
        "applications:list",
        "inbox",
        lambda _request: pgettext_lazy("applications", "Awaiting review"),
        visible=lambda request: access.may_review(person_of(request)),
        query="?status=review&sort=filed",
        count=_waiting,
    ),
)
