"""Dry runs of builds, and what Ganeti's refusals mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Job
from apps.web.stored_text import Text

# Patterns of Ganeti's messages; the first that matches counts.
_MEANINGS: tuple[tuple[str, Text], ...] = (
    (
        r"is already in the cluster|already exists",
        gettext_lazy("A machine with this name already exists on the cluster."),
    ),
    (
        r"violates policy",
        gettext_lazy("Its size is outside the limits of the node group's policy."),
    ),
    (r"FailMem", gettext_lazy("No node has enough free memory.")),
    (r"FailDisk", gettext_lazy("No node has enough free disk space.")),
    (r"FailCPU", gettext_lazy("No node has enough free CPUs.")),
    (
        r"No online nodes|any good node|No valid allocation",
        gettext_lazy("Ganeti can't find a suitable node."),
    ),
    (r"free IP in", gettext_lazy("The network has no free address.")),
    (
        r"is not connected|not connected to",
        gettext_lazy("The network is not connected to the node group."),
    ),
    (r"Network '.*' not found", gettext_lazy("The network no longer exists.")),
    (r"Missing bridges", gettext_lazy("A node is missing the network's link.")),
    (
        r"Disk template '.*' is not enabled|disk template.*not allowed",
        gettext_lazy("The cluster doesn't allow this disk template."),
    ),
    (
        r"OS Parameters validation failed|not found in search path",
        gettext_lazy("A node can't install this operating system."),
    ),
)


@dataclass(frozen=True, slots=True)
class DryRun:
    """A dry run, running or finished."""

    job: Job

    @property
    def runs(self) -> bool:
        return self.job.unfinished

    @property
    def would_do(self) -> bool:
        return self.job.status == JobStatus.SUCCESS

    @property
    def log(self) -> list[str]:
        return [str(line[-1]) for line in self.job.log]

    @property
    def meaning(self) -> Text:
        """Explanation of the refusal; Ganeti's own message is the job's."""
        if self.job.status in {JobStatus.NOT_SUBMITTED, JobStatus.LOST}:
            return _("The cluster didn't respond, so the result is unknown.")
        meanings = (
            meaning
            for pattern, meaning in _MEANINGS
            if re.search(pattern, self.job.message)
        )
        return next(meanings, _("See the message from Ganeti."))


def dry_run_of(query: Mapping[str, str]) -> DryRun | None:
    """Return the dry run named by the parameter ``trial``, if any."""
    key = query.get("trial", "")
    if not key or len(key) > 32 or "\0" in key:
        return None
    jobs = Job.objects.filter(kind=Job.Kind.TRY_CREATE, key=key)
    job = jobs.select_related("cluster").first()
    return DryRun(job) if job else None
