"""Labels and marks of the states of applications and of their values."""

from django.utils.translation import pgettext_lazy

from apps.ganeti import images
from apps.ganeti.display.labels import gib
from apps.web.stored_text import Text

from ..models import InstanceApplication
from ..states import FINAL, OPEN, REVIEWABLE, Status

# Marks of the states, by the class that draws them.
DOTS: dict[str, str] = {
    Status.PENDING: "half",
    Status.APPROVED: "half",
    Status.SUBMITTED: "busy",
    Status.PROCESSING: "busy",
    Status.FAILED: "bad",
    Status.CREATED: "ok",
    Status.REFUSED: "slashed",
    Status.DISCARDED: "slashed",
    Status.WITHDRAWN: "slashed",
}
# Several states under one name, to filter by.
GROUPS: dict[str, frozenset[Status]] = {
    "review": REVIEWABLE,
    "open": OPEN,
    "past": FINAL,
}
LABELS: dict[str, Text] = {
    "review": pgettext_lazy("applications", "Awaiting review"),
    "open": pgettext_lazy("applications", "All open"),
    "past": pgettext_lazy("applications", "All closed"),
    **{status.value: status.label for status in Status},
}
STATES_OF: dict[str, frozenset[Status]] = {
    **GROUPS,
    **{status.value: frozenset({status}) for status in Status},
}


def state(application: InstanceApplication) -> str:
    return application.get_status_display()


def dot(application: InstanceApplication) -> str:
    return DOTS[application.status]


def memory(mib: int) -> str:
    """Format a size of memory in MiB or GiB."""
    return f"{mib} MiB" if mib < 1024 else f"{gib(mib)} GiB"


def operating_system(key: str) -> str:
    """Return an image's description, or its id if it no longer exists."""
    if not key:
        return str(images.NOTHING)
    image = images.load_catalogue().find(key)
    return image.description if image else key
