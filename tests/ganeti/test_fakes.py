"""What the fake of these tests and the simulator, which is held to Ganeti, both do.

The cases of the contract that the fake is used for: fields, filters, changes, jobs.
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
NEED_A_STOP = {"rename"}


@dataclass(frozen=True)
class Side:
    """One of the two, with an instance that was created through the client."""

    client: RapiClient
    end: Callable[[int], object]

    def row(self, kind: str) -> dict[str, object]:
        return dict(self.client.query(kind, FIELDS[kind])[0])

    def instances(self) -> dict[str, Instance]:
        named = any_present("name", [NAME, "web2"])
        return {
            row["name"]: Instance.from_rapi(
                row, cluster="here", tag_prefix="ganetimgr"
            ).with_live_state(row, None, None)
            for row in self.client.query("instance", FIELDS["instance"], named)
        }


@pytest.fixture(scope="module")
def simulator() -> Iterator[Ganeti]:
    spec = ClusterSpec(instances=0, nodes=3, speed=1000)
    with Simulator([spec]) as simulator:
        cluster = simulator.clusters[spec.name]
        yield Ganeti(endpoint_of(cluster), "kvm", cluster)


@pytest.fixture
def simulated(simulator: Ganeti) -> Iterator[Side]:
    client = simulator.client
    simulator.done(client.create_instance(CREATE, reason="r"))
    yield Side(client, simulator.done)
    for name in set(client.instances()):
        simulator.done(client.delete_instance(name, reason="r"))


@pytest.fixture
def fake() -> Side:
    rapi = FakeRapi()
    client = RapiClient(rapi)
    rapi.finish(client.create_instance(CREATE, reason="r"))
    return Side(client, rapi.finish)


@pytest.mark.parametrize("kind", FIELDS)
def test_fields_have_the_same_types(fake: Side, simulated: Side, kind: str) -> None:
    faked, real = fake.row(kind), simulated.row(kind)

    differing = {
        name: (faked[name], value)
        for name, value in real.items()
        if not (value is None or faked[name] is None)
        and type(faked[name]) is not type(value)
    }
    assert differing == {}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_has_the_same_effect(fake: Side, simulated: Side, change: str) -> None:
    for side in (fake, simulated):
        if change in NEED_A_STOP:
            side.end(CHANGES["shutdown"](side.client))
        side.end(CHANGES[change](side.client))

    assert summary(fake.instances()) == summary(simulated.instances())


def summary(instances: dict[str, Instance]) -> dict[str, tuple[object, ...]]:
    """Return what a change may change, by name."""
    return {
        name: (
            found.state,
            found.admin_state,
            set(found.tags.raw),
            found.os,
            found.memory_mib,
            found.disk_mib,
            found.disk_template,
            found.hypervisor_parameters["boot_order"],
        )
        for name, found in instances.items()
    }


@pytest.mark.parametrize("change", CHANGES)
def test_a_job_says_the_same_of_itself(
    fake: Side, simulated: Side, change: str
) -> None:
    told = []
    for side in (fake, simulated):
        if change in NEED_A_STOP:
            side.end(CHANGES["shutdown"](side.client))
        job_id = CHANGES[change](side.client)
        side.end(job_id)
        (row,) = side.client.jobs_by_id([job_id], JOB_FIELDS)
        report = JobReport.from_rapi(row)
        told.append((report.status, report.summary, "r" in report.reasons))

    assert told[0] == told[1]
    assert told[0][0] is JobStatus.SUCCESS


def test_filters_take_and_leave_the_same(fake: Side, simulated: Side) -> None:
    for side in (fake, simulated):
        ask = side.client.query
        names = [NAME, "nowhere"]

        assert len(ask("instance", ["name"], any_present("name", names))) == 1
        with pytest.raises(RapiRefused, match="nstance name nowhere not found"):
            ask("instance", ["name"], any_of("name", names))
        assert side.client.jobs_by_id([10**6], JOB_FIELDS) == []
        newest = max(row["id"] for row in ask("job", ["id"]))
        assert len(ask("job", ["id"], at_least("id", newest))) == 1
