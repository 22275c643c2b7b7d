"""The states of an application, and its life from filing to the built instance.

Every change of state goes through ``advance`` of the application's manager, which
decides by one UPDATE; of two people at once, the second gets `TooLate`.

==========  ==========  ==================================  ===========================
From        To          By (in ``services``)                When
==========  ==========  ==================================  ===========================
pending     withdrawn   filing.withdraw                     the applicant cancels it
pending     approved    reviewing.accept                    a reviewer accepts it
pending     refused     reviewing.refuse                    a reviewer rejects it
pending     discarded   reviewing.discard                   a reviewer drops it
approved    submitted   building.submit                     its job is saved, then sent
approved    failed      building.submit                     it can't be built now
submitted   processing  build_outcomes.on_build_started     Ganeti runs the build
submitted   created     build_outcomes.on_build_finished    success; not seen running
submitted   failed      build_outcomes.on_build_finished    no success, or never sent
submitted   failed      build_outcomes.on_removal_finished  the removal failed
processing  created     build_outcomes.on_build_finished    success
processing  failed      build_outcomes.on_build_finished    no success
failed      approved    reviewing.accept                    a reviewer accepts it again
failed      refused     reviewing.refuse                    a reviewer rejects it
failed      discarded   reviewing.discard                   a reviewer drops it
==========  ==========  ==================================  ===========================

``reviewing.accept`` goes on to ``building.submit`` at once; a crash between the two
leaves it approved, and the review page offers to submit it. The functions of
``build_outcomes`` are called by whoever handles the job's end, mostly the watcher.

It stays submitted while its job changes:

- An instance that a failed build left behind is removed first; the removal is its job.
  When that succeeds, the build is planned and becomes its job.
- A build that was planned this way and did not reach its cluster is planned again. Only
  the last attempt fails the application.
- A job in doubt, of which nobody knows whether Ganeti got it, is looked for by its key.
  It goes on as that job, or ends as one that was never submitted.

Tests walk each row of the table.
"""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """State of an application."""

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
FINAL = frozenset(status for status, successors in FOLLOWS.items() if not successors)
# States in which an application claims its host name.
OPEN = frozenset(Status) - FINAL
REVIEWABLE = frozenset({Status.PENDING, Status.FAILED})
# Key of the cached number of those to review (`apps.work.cached_count`).
WAITING = "applications"


class TooLate(Exception):
    """Somebody else changed the application's state in the meantime."""
