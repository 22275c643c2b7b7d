"""What Ganeti said to a trial, in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Job
from apps.web.stored_text import Text

# What Ganeti's words mean; the first that is found in them counts.
_MEANINGS: tuple[tuple[str, Text], ...] = (
    (
        r"is already in the cluster|already exists",
        gettext_lazy("A machine of this name is on the cluster already."),
    ),
    (
        r"violates policy",
        gettext_lazy("It is smaller or larger than the node group's policy allows."),
    ),
    (r"FailMem", gettext_lazy("No node has enough memory free.")),
    (r"FailDisk", gettext_lazy("No node has enough disk free.")),
    (r"FailCPU", gettext_lazy("No node has enough CPUs free.")),
    (
        r"No online nodes|any good node|No valid allocation",
        gettext_lazy("Ganeti finds no node that could take it."),
    ),
    (r"free IP in", gettext_lazy("The network has no free address.")),
    (
        r"is not connected|not connected to",
        gettext_lazy("The network is not connected to the node group."),
    ),
    (r"Network '.*' not found", gettext_lazy("The network is gone.")),
    (r"Missing bridges", gettext_lazy("A node does not have the link of the network.")),
    (
        r"Disk template '.*' is not enabled|disk template.*not allowed",
        gettext_lazy("The cluster does not allow this disk template."),
    ),
    (
        r"OS Parameters validation failed|not found in search path",
        gettext_lazy("A node cannot install this operating system."),
    ),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial, running or ended."""

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
        """What the refusal means; in Ganeti's words it stands in the job."""
        if self.job.status in {JobStatus.NOT_SUBMITTED, JobStatus.LOST}:
            return _("The cluster did not answer, so nobody knows.")
        found = (
            words
            for pattern, words in _MEANINGS
            if re.search(pattern, self.job.message)
        )
        return next(found, _("Look at what it says."))


def asked_trial(given: Mapping[str, str]) -> Trial | None:
    """Return the trial that a page carries on, if it carries one."""
    key = given.get("trial", "")
    if not key or len(key) > 32 or "\0" in key:
        return None
    jobs = Job.objects.filter(kind=Job.Kind.TRY_CREATE, key=key)
    job = jobs.select_related("cluster").first()
    return Trial(job) if job else None
