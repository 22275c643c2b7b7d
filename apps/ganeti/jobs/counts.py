"""Count a user's running and unread jobs, for the top bar."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils import timezone

from apps.accounts.models import Preferences
from apps.accounts.person import Person
from apps.work.cached_count import cached_counts, count_now, forget

from .. import access
from ..models import Job
from ..models.job import JobQuerySet, chain_outcome

_KEY_OF_ALL = "jobs"
# Jobs that finished longer ago count as read.
UNREAD_FOR = timedelta(days=7)
MAX_UNREAD = 50


class JobCount(NamedTuple):
    """Jobs that run, and requests that finished since the user marked them as read."""

    running: int = 0
    unread: int = 0

    @property
    def key(self) -> str:
        """Name the counts that a page shows, for its polls."""
        return f"{self.running}-{self.unread}"


def count(user: User, person: Person, *, now: bool = False) -> JobCount:
    """Count the running jobs that the user sees, and their own unread ones.

    Staff see all that run. The counts may be some seconds old unless ``now``, as where
    a job's end is reported.
    """
    sees_all = access.may_see_all_jobs(person)

    def count_running() -> int:
        return running(user, person).count()

    def count_unread() -> int:
        return len(unread(user))

    functions = {
        _KEY_OF_ALL if sees_all else _running_key(user): count_running,
        _unread_key(user): count_unread,
    }
    if now:
        return JobCount(*(count_now(key, f) for key, f in functions.items()))
    return JobCount(*cached_counts(functions))


def running(user: User, person: Person) -> JobQuerySet:
    """Return the unfinished jobs that the user sees: all for staff, else their own."""
    jobs = Job.objects.unfinished()
    return jobs if access.may_see_all_jobs(person) else jobs.filter(user=user)


def unread(user: User) -> Sequence[Job]:
    """Return the outcomes of the user's requests that finished and weren't read.

    Of each chain, the job that determines its outcome; the newest first.
    """
    jobs = Job.objects.filter(user=user, finished_at__gt=_read_at(user))
    chains: dict[int, list[Job]] = {}
    for job in jobs.select_related("cluster", "audit_entry").order_by("-pk")[:200]:
        chains.setdefault(job.audit_entry_id or -job.pk, []).append(job)
    if not chains:
        return []
    going_on = set(
        Job.objects.unfinished()
        .filter(user=user, audit_entry__isnull=False)
        .values_list("audit_entry_id", flat=True)
    )
    return list(islice(_outcomes(chains, going_on), MAX_UNREAD))


def _outcomes(
    chains: Mapping[int, list[Job]], going_on: Collection[int | None]
) -> Iterator[Job]:
    for key, jobs in chains.items():
        outcome = chain_outcome(jobs)
        if outcome is not None and key not in going_on:
            yield outcome


def _read_at(user: User) -> datetime:
    preferences: Preferences | None = getattr(user, "preferences", None)
    oldest = timezone.now() - UNREAD_FOR
    read_at = preferences.jobs_read_at if preferences else None
    return max(read_at, oldest) if read_at else oldest


def mark_as_read(user: User, until: datetime) -> None:
    """Mark the user's jobs that finished until then as read."""
    Preferences.objects.update_or_create(user=user, defaults={"jobs_read_at": until})
    forget(_unread_key(user))


def forget_counts(user: User | None) -> None:
    """Forget the counts that include a user's jobs, since one is about to run."""
    forget(_KEY_OF_ALL, *([_running_key(user)] if user else []))


def _running_key(user: User) -> str:
    return f"jobs:{user.pk}"


def _unread_key(user: User) -> str:
    return f"unread-jobs:{user.pk}"
