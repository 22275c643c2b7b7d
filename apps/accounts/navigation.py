"""What the navigation leads to of people, and the administration."""

from django.utils.translation import gettext_lazy as _

from apps.web.navigation import Entry, Section

from .access import may_decide_registrations
from .person import person_of

ENTRIES = (
    Entry(
        Section.SERVICE,
        30,
        "accounts:applicants",
        "person-plus",
        lambda _request: _("Registrations"),
        visible=lambda request: may_decide_registrations(person_of(request)),
        parent_of=("accounts:decide",),
    ),
    Entry(
        Section.ADMINISTRATION,
        10,
        "admin:index",
        "sliders",
        lambda _request: _("Administration"),
        visible=lambda request: getattr(request.user, "is_staff", False),
    ),
)
