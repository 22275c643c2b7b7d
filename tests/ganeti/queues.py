"""Job queues in tests: reading a cluster's queue as the watcher does."""

from apps.ganeti.jobs import queue_reading
from apps.ganeti.models import Cluster
from apps.ganeti.state import job_queue
from tests.ganeti.fakes import Call, FakeJob, FakeRapi


def add_job(rapi: FakeRapi, name: str = "web1", action: str = "reboot") -> FakeJob:
    """Add a job that somebody else submitted."""
    job_id = rapi.request("POST", f"/2/instances/{name}/{action}")
    rapi.calls.pop()
    return rapi.job(job_id)


def read_queue(cluster: Cluster, *details: int) -> None:
    """Read the whole queue, and the details of jobs."""
    [queue] = job_queue.current([cluster], within_s=0)
    queue_reading.read(queue, None)
    queue_reading.read_details(cluster, details)


def job_calls(rapi: FakeRapi) -> list[Call]:
    return [call for call in rapi.calls if call.path.endswith("/job")]
