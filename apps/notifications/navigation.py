"""Navigation entries of notifications."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.person import person_of
from apps.web.navigation import Entry, Section

from . import access, inbox


def _unread(request: HttpRequest) -> int:
    return inbox.count_unread(request.user) if isinstance(request.user, User) else 0


ENTRIES = (
    Entry(
        Section.MACHINES,
        60,
        "notifications:inbox",
        "bell",
        lambda _request: _("My notifications"),
        parent_of=("notifications:message",),
        count=_unread,
        count_label=lambda count: ngettext("unread", "unread", count),
    ),
    Entry(
        Section.SERVICE,
        50,
        "notifications:archive",
        "megaphone",
        lambda _request: _("Notifications"),
        visible=lambda request: access.may_see_archive(person_of(request)),
        parent_of=(
            "notifications:compose",
            "notifications:edit",
            "notifications:review",
            "notifications:detail",
        ),
    ),
)
