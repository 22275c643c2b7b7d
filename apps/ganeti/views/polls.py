"""Polls that find nothing new, which most do: answered before all else is loaded.

Who asks and what they may see is looked at each time, by what pages ask it of.
"""

from django.http import HttpRequest

from apps.accounts.person import Person
from apps.accounts.sessions import user_at_a_glance
from apps.auditlog.target import TargetKind
from apps.work.prepared_query import PreparedQuery, argument

from .. import access
from ..display import job_rows
from ..display.poll_versions import version_of
from ..jobs import counts
from ..models import Job
from ..reads import cluster_jobs
from ..reads.inventory import LIST_WITHIN_S
from ..state import job_interest, snapshots
from ..state.snapshots import Snapshot

_JOBS = PreparedQuery(
    lambda: Job.objects.filter(
        key=argument("key"), target_kind=TargetKind.INSTANCE, cluster__disabled=False
    ).select_related("cluster__refresh_state"),
    keep=1000,
)
# More than a page ever sends; requests are bounded later, by `web.request_bounds`.
MAX_QUERY_LENGTH = 200


def is_unchanged(request: HttpRequest) -> bool:
    """Tell whether a poll would find what its page shows; if not, its view answers."""
    path = request.path_info
    if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY_LENGTH:
        return False
    if path.endswith("/poll") and "job" in request.GET:
        return _is_instance_unchanged(request)
    if path.endswith("/jobs/running") and "shown" in request.GET:
        return _is_count_unchanged(request)
    if path.endswith("/jobs/poll") and "version" in request.GET:
        return _are_queues_unchanged(request)
    return False


def _is_count_unchanged(request: HttpRequest) -> bool:
    user = user_at_a_glance(request)
    if user is None:
        return False
    return counts.count(user, Person.of(user)).key == request.GET["shown"]


def _are_queues_unchanged(request: HttpRequest) -> bool:
    user = user_at_a_glance(request)
    if user is None:
        return False
    jobs = cluster_jobs.visible(Person.of(user), cluster=request.GET.get("cluster", ""))
    job_interest.record_viewers(queue.cluster for queue in jobs.queues)
    return job_rows.version_of(jobs.queues) == request.GET["version"]


def _is_instance_unchanged(request: HttpRequest) -> bool:
    user = user_at_a_glance(request)
    job = awaited_job(request)
    if user is None or job is None or not job.unfinished:
        return False
    [snapshot] = snapshots.current([job.cluster], within_s=LIST_WITHIN_S)
    if not _sees(Person.of(user), job, snapshot):
        return False
    if request.GET.get("as") != "page":
        return True
    return request.GET.get("seen") == version_of(job, snapshot)


def awaited_job(request: HttpRequest) -> Job | None:
    """Return the job that is waited for, if it is on the instance of the address."""
    for job in _JOBS.fetch(key=request.GET.get("job", "")):
        if request.path_info.endswith(f"/{job.cluster.slug}/{job.target_name}/poll"):
            return job
    return None


def _sees(person: Person, job: Job, snapshot: Snapshot) -> bool:
    contents = snapshot.contents
    instance = contents.instances.get(job.target_name) if contents else None
    return instance is not None and access.may_see(person, instance)
