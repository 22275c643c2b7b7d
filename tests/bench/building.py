"""Time from an application to a running instance, through the pages, on the lab."""

import re
import time
from collections.abc import Callable

from django.contrib.auth.models import User

from apps.applications.models import InstanceApplication
from apps.applications.states import Status
from apps.ganeti.domain.instance import State
from apps.ganeti.models import Cluster
from apps.ganeti.rapi import certificate
from apps.ganeti.state.snapshots import current
from tests import services
from tests.bench import clusters
from tests.bench.environment import Environment
from tests.bench.table import Line, Samples, figure_line, seconds
from tests.lab import ADDRESSES, Lab
from tests.system.visitor import Visitor

ROUNDS = 5
TARGET_S = 3.5
HIDDEN = re.compile(r'name="(version|application)" value="([^"]*)"')
SPECIFICATION = {
    "memory_mib": 512,
    "vcpus": 1,
    "disk_gib": 5,
    "operating_system": "bench",
    "contact_name": "Alice",
    "contact_email": "alice@example.org",
}
PLACEMENT = {
    "cluster": "lab",
    "shown": "lab",
    "node_group": "",
    "nic_network": "",
    "storage": "file",
    "volume_group": "",
}


def run(environment: Environment) -> list[Line]:
    lab = Lab("fake", ADDRESSES["fake"])
    cluster = create_lab_cluster(lab)
    for name in ("alice", "root"):
        User.objects.create_superuser(name, f"{name}@example.org", name)
    environment.product.start_web()
    environment.product.start_watcher()
    visitors = [
        Visitor(environment.product.url).log_in(name) for name in ("alice", "root")
    ]
    total_times, job_times = [], []
    for number in range(ROUNDS):
        name = f"bench{number}.example.org"
        lab.remove(name)
        started = time.monotonic()
        application = _file_and_accept(name, *visitors)
        _wait_until(lambda: _runs(cluster, application))  # noqa: B023 - called at once
        total_times.append(time.monotonic() - started)
        job_times.append(_job_seconds(lab, application))
        lab.remove(name)
    return _lines(Samples(total_times), Samples(job_times))


def create_lab_cluster(lab: Lab) -> Cluster:
    server_certificate = certificate.fetch(lab.host, lab.port, timeout_s=5)
    description = {
        "host": lab.host,
        "port": lab.port,
        "name": "lab",
        "user": lab.username,
        "password": lab.password,
        "fingerprint": server_certificate.fingerprint,
    }
    cluster = clusters.create_cluster(description)
    clusters.refresh_all([cluster])
    return cluster


def _file_and_accept(name: str, alice: Visitor, root: Visitor) -> InstanceApplication:
    """File an application and accept it, through the forms of the pages."""
    page = "/application/apply"
    alice.submit(page, page, hostname=name, terms="on", **SPECIFICATION)
    application = InstanceApplication.objects.get(hostname=name)
    page = f"/application/{application.pk}/review/"
    hidden = dict(HIDDEN.findall(root.get(page).text))
    fields = {"hostname": name, "do": "accept", **SPECIFICATION, **PLACEMENT, **hidden}
    root.submit(page, page, **fields)
    return application


def _wait_until(condition: Callable[[], bool]) -> None:
    services.wait_until(condition, 60, "the machine runs")


def _runs(cluster: Cluster, application: InstanceApplication) -> bool:
    """Return whether the application is done and its instance shown as running."""
    application.refresh_from_db()
    if application.status != Status.CREATED:
        return False
    contents = current([cluster])[0].contents
    machine = contents.instances.get(application.hostname) if contents else None
    return machine is not None and machine.state is State.RUNNING


def _job_seconds(lab: Lab, application: InstanceApplication) -> float:
    """Return the duration of the job by Ganeti's clock."""
    assert application.job is not None
    assert application.job.ganeti_id is not None
    job = lab.job(application.job.ganeti_id)
    (began_s, began_us), (ended_s, ended_us) = job["received_ts"], job["end_ts"]
    return float(ended_s - began_s + (ended_us - began_us) / 1e6)


def _lines(total_times: Samples, job_times: Samples) -> list[Line]:
    return [
        figure_line(
            "from the form to a machine that runs",
            total_times.median,
            "s",
            at_most=TARGET_S,
            places=2,
        ),
        Line("all of these", seconds(total_times.median), total_times.spread(seconds)),
        Line("of it Ganeti's", seconds(job_times.median), job_times.spread(seconds)),
    ]
