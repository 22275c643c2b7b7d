"""How many jobs run, as the top bar shows it."""

from django.contrib.auth.models import User

from apps.accounts.person import Person
from apps.work.cached_count import cached_count, count_now, forget

from .. import access
from ..models import Job

_EVERYBODYS = "jobs"


def running(user: User, person: Person, *, now: bool = False) -> int:
    """Count the jobs that run: staff's view is everybody's, others see their own.

    As of a moment ago, unless it must be ``now``: where the end of one is told.
    """
    everybodys = access.may_see_clusters(person)

    def count() -> int:
        jobs = Job.objects.unfinished()
        return (jobs if everybodys else jobs.filter(user=user)).count()

    key = _EVERYBODYS if everybodys else _ones_own(user)
    return (count_now if now else cached_count)(key, count)


def forget_of(user: User | None) -> None:
    """Have jobs counted again: one of somebody's is about to run."""
    forget(_EVERYBODYS, *([_ones_own(user)] if user else []))


def _ones_own(user: User) -> str:
    return f"jobs:{user.pk}"
