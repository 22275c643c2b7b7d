"""The life of an application: its states, and which may follow which.

The only place that says so. An application is moved by its manager's ``advance`` alone,
which decides by one UPDATE, so that of two people at once one is told of the other.
"""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """Where an application is."""

    PENDING = "pending", pgettext_lazy("application", "Pending")
    # Accepted, and not (or not successfully) handed to a cluster yet.
    APPROVED = "approved", pgettext_lazy("application", "Approved")
    SUBMITTED = "submitted", pgettext_lazy("application", "Submitted")
    PROCESSING = "processing", pgettext_lazy("application", "Being built")
    FAILED = "failed", pgettext_lazy("application", "Failed")
    CREATED = "created", pgettext_lazy("application", "Created")
    REFUSED = "refused", pgettext_lazy("application", "Rejected")
    DISCARDED = "discarded", pgettext_lazy("application", "Discarded")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "Withdrawn")


FOLLOWS: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset(
        {Status.APPROVED, Status.REFUSED, Status.DISCARDED, Status.WITHDRAWN}
    ),
    Status.APPROVED: frozenset({Status.SUBMITTED, Status.FAILED}),
    Status.SUBMITTED: frozenset({Status.PROCESSING, Status.CREATED, Status.FAILED}),
    Status.PROCESSING: frozenset({Status.CREATED, Status.FAILED}),
    # Submitted again, or given up.
    Status.FAILED: frozenset({Status.APPROVED, Status.REFUSED, Status.DISCARDED}),
    Status.CREATED: frozenset(),
    Status.REFUSED: frozenset(),
    Status.DISCARDED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}
FINAL = frozenset(status for status, after in FOLLOWS.items() if not after)
# A host name is taken by an application in one of these.
OPEN = frozenset(Status) - FINAL
REVIEWABLE = frozenset({Status.PENDING, Status.FAILED})


class TooLate(Exception):
    """Somebody else has moved the application meanwhile."""
