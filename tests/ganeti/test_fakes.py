"""Comparison of the fake RAPI with the simulator, which is tested against Ganeti.

Covers what the fake is used for: fields, filters, changes, jobs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from apps.ganeti.domain.instance import CONFIG_FIELDS, LIVE_FIELDS, Instance
from apps.ganeti.domain.job import JobReport, JobStatus
from apps.ganeti.domain.node import GROUP_FIELDS, NODE_CONFIG_FIELDS, NODE_LIVE_FIELDS
from apps.ganeti.rapi.client import RapiClient
from apps.ganeti.rapi.errors import RapiRefused
from apps.ganeti.rapi.query import any_of, any_present, at_least
from contrib.simulator import ClusterSpec, Simulator
from tests.ganeti.fakes import FakeRapi
from tests.rapi.conftest import Ganeti, endpoint_of

NAME = "web1"
JOB_FIELDS = (
    *("id", "status", "opresult", "oplog", "ops", "summary"),
    *("end_ts", "received_ts"),
)
FIELDS = {
    "instance": (*CONFIG_FIELDS, *LIVE_FIELDS),
    "node": (*NODE_CONFIG_FIELDS, *NODE_LIVE_FIELDS),
    "group": GROUP_FIELDS,
    "job": JOB_FIELDS,
}
CREATE = {
    "mode": "create",
    "instance_name": NAME,
    "disk_template": "drbd",
    "disks": [{"size": 1024}],
    "nics": [{}],
    "os_type": "image+default",
    "start": True,
    "beparams": {"memory": 128, "vcpus": 1},
    "tags": ["ganetimgr:user:alice"],
}
CHANGES: dict[str, Callable[[RapiClient], int]] = {
    "startup": lambda client: client.startup(NAME, reason="r"),
    "shutdown": lambda client: client.shutdown(NAME, reason="r"),
    "reboot": lambda client: client.reboot(NAME, reason="r"),
    "reinstall": lambda client: client.reinstall(NAME, os="image+default", start=True),
    "rename": lambda client: client.rename(NAME, "web2", reason="r"),
    "modify": lambda client: client.modify(
        NAME, {"hvparams": {"boot_order": "network"}}, reason="r"
    ),
    "add tags": lambda client: client.add_tags("instances", NAME, ["a:b"], reason="r"),
    "delete tags": lambda client: client.delete_tags(
        "instances", NAME, ["ganetimgr:user:alice"], reason="r"
    ),
    "delete": lambda client: client.delete_instance(NAME, reason="r"),
}
NEED_SHUTDOWN = {"rename"}


@dataclass(frozen=True)
class Backend:
    """Fake or simulator, with an instance created through the client."""

    client: RapiClient
    end: Callable[[int], object]

    def row(self, kind: str) -> dict[str, object]:
        return dict(self.client.query(kind, FIELDS[kind])[0])

    def instances(self) -> dict[str, Instance]:
        by_name = any_present("name", [NAME, "web2"])
        return {
            row["name"]: Instance.from_rapi(
                row, cluster="here", tag_prefix="ganetimgr"
            ).with_live_state(row, None, None)
            for row in self.client.query("instance", FIELDS["instance"], by_name)
        }


@pytest.fixture(scope="module")
def simulator() -> Iterator[Ganeti]:
    spec = ClusterSpec(instances=0, nodes=3, speed=1000)
    with Simulator([spec]) as simulator:
        cluster = simulator.clusters[spec.name]
        yield Ganeti(endpoint_of(cluster), "kvm", cluster)


@pytest.fixture
def simulated(simulator: Ganeti) -> Iterator[Backend]:
    client = simulator.client
    simulator.wait_for_success(client.create_instance(CREATE, reason="r"))
    yield Backend(client, simulator.wait_for_success)
    for name in set(client.instances()):
        simulator.wait_for_success(client.delete_instance(name, reason="r"))


@pytest.fixture
def fake() -> Backend:
    rapi = FakeRapi()
    client = RapiClient(rapi)
    rapi.finish(client.create_instance(CREATE, reason="r"))
    return Backend(client, rapi.finish)


@pytest.mark.parametrize("kind", FIELDS)
def test_fields_have_the_same_types(
    fake: Backend, simulated: Backend, kind: str
) -> None:
    faked, real = fake.row(kind), simulated.row(kind)

    differing = {
        name: (faked[name], value)
        for name, value in real.items()
        if not (value is None or faked[name] is None)
        and type(faked[name]) is not type(value)
    }
    assert differing == {}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_has_the_same_effect(
    fake: Backend, simulated: Backend, change: str
) -> None:
    for backend in (fake, simulated):
        if change in NEED_SHUTDOWN:
            backend.end(CHANGES["shutdown"](backend.client))
        backend.end(CHANGES[change](backend.client))

    assert summary(fake.instances()) == summary(simulated.instances())


def summary(instances: dict[str, Instance]) -> dict[str, tuple[object, ...]]:
    """Return the changeable values of each instance by name."""
    return {
        name: (
            instance.state,
            instance.admin_state,
            set(instance.tags.raw),
            instance.os,
            instance.memory_mib,
            instance.disk_mib,
            instance.disk_template,
            instance.hypervisor_parameters["boot_order"],
        )
        for name, instance in instances.items()
    }


@pytest.mark.parametrize("change", CHANGES)
def test_jobs_report_the_same(fake: Backend, simulated: Backend, change: str) -> None:
    reports = []
    for backend in (fake, simulated):
        if change in NEED_SHUTDOWN:
            backend.end(CHANGES["shutdown"](backend.client))
        job_id = CHANGES[change](backend.client)
        backend.end(job_id)
        (row,) = backend.client.jobs_by_id([job_id], JOB_FIELDS)
        report = JobReport.from_rapi(row)
        reports.append((report.status, report.summary, "r" in report.reasons))

    assert reports[0] == reports[1]
    assert reports[0][0] is JobStatus.SUCCESS


def test_filters_match_the_same(fake: Backend, simulated: Backend) -> None:
    for backend in (fake, simulated):
        query = backend.client.query
        names = [NAME, "nowhere"]

        assert len(query("instance", ["name"], any_present("name", names))) == 1
        with pytest.raises(RapiRefused, match="nstance name nowhere not found"):
            query("instance", ["name"], any_of("name", names))
        assert backend.client.jobs_by_id([10**6], JOB_FIELDS) == []
        newest = max(row["id"] for row in query("job", ["id"]))
        assert len(query("job", ["id"], at_least("id", newest))) == 1
