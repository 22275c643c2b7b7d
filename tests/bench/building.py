"""From an application to a machine that runs, through the pages, on the real lab."""

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
from tests.bench.place import Place
from tests.bench.table import Line, Samples, figure, seconds
from tests.lab import ADDRESSES, Lab
from tests.system.visitor import Visitor

ROUNDS = 5
TARGET_S = 3.5
HIDDEN = re.compile(r'name="(version|application)" value="([^"]*)"')
WANTED = {
    "memory_mib": 512,
    "vcpus": 1,
    "disk_gib": 5,
    "operating_system": "bench",
    "contact_name": "Alice",
    "contact_email": "alice@example.org",
}
PLACE = {
    "cluster": "lab",
    "shown": "lab",
    "node_group": "",
    "nic_network": "",
    "storage": "file",
    "volume_group": "",
}


def run(place: Place) -> list[Line]:
    lab = Lab("fake", ADDRESSES["fake"])
    cluster = _added(lab)
    for name in ("alice", "root"):
        User.objects.create_superuser(name, f"{name}@example.org", name)
    place.product.start_web()
    place.product.start_watcher()
    people = [Visitor(place.product.url).log_in(name) for name in ("alice", "root")]
    whole, ganetis = [], []
    for number in range(ROUNDS):
        name = f"bench{number}.example.org"
        lab.remove(name)
        began = time.monotonic()
        application = _ask(name, *people)
        _until(lambda: _runs(cluster, application))  # noqa: B023 - called at once
        whole.append(time.monotonic() - began)
        ganetis.append(_took_s(lab, application))
        lab.remove(name)
    return _lines(Samples(whole), Samples(ganetis))


def _added(lab: Lab) -> Cluster:
    shown = certificate.fetch(lab.host, lab.port, timeout_s=5)
    description = {
        "host": lab.host,
        "port": lab.port,
        "name": "lab",
        "user": lab.username,
        "password": lab.password,
        "fingerprint": shown.fingerprint,
    }
    cluster = clusters.added(description)
    clusters.known([cluster])
    return cluster


def _ask(name: str, alice: Visitor, root: Visitor) -> InstanceApplication:
    """File an application and accept it, each with the page and its form."""
    page = "/application/apply"
    alice.submit(page, page, hostname=name, terms="on", **WANTED)
    application = InstanceApplication.objects.get(hostname=name)
    page = f"/application/{application.pk}/review/"
    hidden = dict(HIDDEN.findall(root.get(page).text))
    fields = {"hostname": name, "do": "accept", **WANTED, **PLACE, **hidden}
    root.submit(page, page, **fields)
    return application


def _until(there: Callable[[], bool]) -> None:
    services.wait_until(there, 60, "the machine runs")


def _runs(cluster: Cluster, application: InstanceApplication) -> bool:
    """Tell whether it is created, mailed and shown as running."""
    application.refresh_from_db()
    if application.status != Status.CREATED:
        return False
    contents = current([cluster])[0].contents
    machine = contents.instances.get(application.hostname) if contents else None
    return machine is not None and machine.state is State.RUNNING


def _took_s(lab: Lab, application: InstanceApplication) -> float:
    """Return how long Ganeti had it, by its own clock."""
    assert application.job is not None
    assert application.job.ganeti_id is not None
    job = lab.job(application.job.ganeti_id)
    (began_s, began_us), (ended_s, ended_us) = job["received_ts"], job["end_ts"]
    return float(ended_s - began_s + (ended_us - began_us) / 1e6)


def _lines(whole: Samples, ganetis: Samples) -> list[Line]:
    return [
        figure(
            "from the form to a machine that runs",
            whole.median,
            "s",
            at_most=TARGET_S,
            places=2,
        ),
        Line("all of these", seconds(whole.median), whole.spread(seconds)),
        Line("of it Ganeti's", seconds(ganetis.median), ganetis.spread(seconds)),
    ]
