"""Count running jobs, for the top bar."""

from django.contrib.auth.models import User

from apps.accounts.person import Person
from apps.work.cached_count import cached_count, count_now, forget

from .. import access
from ..models import Job

_KEY_OF_ALL = "jobs"


def count_running(user: User, person: Person, *, now: bool = False) -> int:
    """Count the running jobs that the user sees: all for staff, else their own.

    The count may be some seconds old unless ``now``, as where a job's end is reported.
    """
    counts_all = access.may_see_clusters(person)

    def count() -> int:
        jobs = Job.objects.unfinished()
        return (jobs if counts_all else jobs.filter(user=user)).count()

    key = _KEY_OF_ALL if counts_all else _key_of(user)
    return (count_now if now else cached_count)(key, count)


def forget_counts(user: User | None) -> None:
    """Forget the counts that include a user's jobs, since one is about to run."""
    forget(_KEY_OF_ALL, *([_key_of(user)] if user else []))


def _key_of(user: User) -> str:
    return f"jobs:{user.pk}"
