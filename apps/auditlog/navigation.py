"""Navigation entry of the history."""

from django.utils.translation import gettext_lazy as _

from apps.web.navigation import Entry, Section

HISTORY = Entry(
    Section.MACHINES,
    50,
    "auditlog:history",
    "clock-history",
    lambda _request: _("History"),
)
