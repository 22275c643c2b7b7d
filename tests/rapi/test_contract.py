"""What our client and Ganeti promise each other, the same for real and simulated."""

import pytest
import requests

from apps.ganeti.domain.cluster import ClusterInfo
from apps.ganeti.domain.instance import CONFIG_FIELDS, LIVE_FIELDS, Instance, State
from apps.ganeti.domain.network import GanetiNetwork
from apps.ganeti.domain.node import (
    GROUP_FIELDS,
    NODE_CONFIG_FIELDS,
    NODE_LIVE_FIELDS,
    Node,
    NodeGroup,
)
from apps.ganeti.rapi import versions
from apps.ganeti.rapi.client import RapiClient, verify_write_access
from apps.ganeti.rapi.errors import (
    RapiNotFound,
    RapiPermissionDenied,
    RapiRefused,
    RapiUnsupported,
)
from apps.ganeti.rapi.query import FieldStatus, any_of, any_present
from apps.ganeti.rapi.versions import Capability
from tests.rapi.conftest import OURS, Ganeti
from tests.rapi.contract import NOWHERE, can

# Where we ask past our client, it does not matter who answers.
pytestmark = pytest.mark.filterwarnings(
    "ignore::urllib3.exceptions.InsecureRequestWarning"
)

NETWORKS = {"public-v4", "private-v4"}
KNOWN = {FieldStatus.NORMAL, FieldStatus.NO_DATA, FieldStatus.UNAVAILABLE}


# -- the cluster


def test_the_protocol_is_version_2(client: RapiClient) -> None:
    assert client.version() == 2


def test_features_name_the_forms_of_requests(client: RapiClient) -> None:
    assert {"instance-create-reqv1", "instance-reinstall-reqv1"} <= set(
        client.features()
    )


def test_info_says_who_the_cluster_is(client: RapiClient, ganeti: Ganeti) -> None:
    info = ClusterInfo.from_rapi(client.info())

    assert info.name
    assert info.uuid
    assert info.master
    assert ganeti.hypervisor in info.hypervisors
    assert versions.parse(info.version) == client.ganeti_version() >= (2, 4)
    assert "file" in info.disk_templates or client.ganeti_version() < (2, 8)


def test_info_says_what_machines_may_be(client: RapiClient) -> None:
    if not can(client, Capability.POLICY):
        return
    policy = ClusterInfo.from_rapi(client.info()).policy

    assert "file" in policy.disk_templates
    assert not policy.violations(_sizes(32))
    assert policy.violations(_sizes(2**30))[0].requested == 2**30


def _sizes(memory_mib: int) -> dict[str, int]:
    return {"memory-size": memory_mib, "disk-size": 16, "cpu-count": 1}


def test_every_answer_names_the_version(ganeti: Ganeti, client: RapiClient) -> None:
    answer = requests.get(f"{ganeti.endpoint.url}/version", verify=False, timeout=10)  # noqa: S501

    assert answer.headers["Server"].startswith("Ganeti ")
    assert versions.parse(answer.headers["Server"]) == client.ganeti_version()
    assert answer.headers.get("Connection", "close") == "close"


def test_operating_systems_come_with_their_variants(client: RapiClient) -> None:
    assert "image+default" in client.operating_systems()


def test_the_cluster_has_tags(client: RapiClient, ganeti: Ganeti) -> None:
    tag = f"{OURS}:tag"

    ganeti.done(client.add_cluster_tags([tag], reason="contract"))
    assert tag in client.cluster_tags()

    ganeti.done(client.delete_cluster_tags([tag], reason="contract"))
    assert tag not in client.cluster_tags()


# -- nodes, groups, networks


def test_nodes_are_read(client: RapiClient) -> None:
    live = {row["name"]: row for row in client.query("node", NODE_LIVE_FIELDS)}
    rows = client.query("node", NODE_CONFIG_FIELDS)

    nodes = [Node.from_rapi(row, live[row["name"]]) for row in rows]

    assert [node.role for node in nodes].count("M") == 1
    assert all(node.group == "default" for node in nodes)
    assert all(node.memory_total_mib for node in nodes)
    assert {node.name for node in nodes} == {one["name"] for one in client.nodes()}
    assert client.node(nodes[0].name)["role"] == nodes[0].role


def test_groups_are_read(client: RapiClient) -> None:
    groups = [NodeGroup.from_rapi(row) for row in client.query("group", GROUP_FIELDS)]

    assert "default" in {group.name for group in groups}
    assert {group.name for group in groups} == {g["name"] for g in client.groups()}
    assert client.group("default")["alloc_policy"] == "preferred"


def test_groups_say_what_machines_may_be(client: RapiClient) -> None:
    if not can(client, Capability.POLICY):
        return
    rows = client.query("group", GROUP_FIELDS)

    group = next(NodeGroup.from_rapi(r) for r in rows if r["name"] == "default")

    assert "file" in group.policy.disk_templates
    assert not group.policy.violations(_sizes(32))
    (span,) = group.policy.violations(_sizes(2**30))
    assert (span.size, span.smallest) == ("memory-size", 4)


def test_groups_have_tags(client: RapiClient, ganeti: Ganeti) -> None:
    if not can(client, Capability.GROUP_TAGS):
        return
    tag, name = f"vg:{OURS}", max(group["name"] for group in client.groups())

    ganeti.done(client.add_tags("groups", name, [tag], reason="contract"))
    try:
        rows = client.query("group", GROUP_FIELDS)
        tagged = [row["name"] for row in rows if tag in row["tags"]]
    finally:
        ganeti.done(client.delete_tags("groups", name, [tag], reason="contract"))

    assert tagged == [name]
    assert tag not in client.tags("groups", name)


def test_versions_without_networks_have_none(client: RapiClient) -> None:
    if versions.supports(client.ganeti_version(), Capability.NETWORKS):
        return

    assert client.networks() == []
    with pytest.raises(RapiUnsupported, match=r"2\.7"):
        client.network("public-v4")


def test_networks_are_read(client: RapiClient, ganeti: Ganeti) -> None:
    if not can(client, Capability.NETWORKS):
        return
    found = [GanetiNetwork.from_rapi(row) for row in client.networks()]
    # The lab may have others for a while.
    networks = [network for network in found if network.name in NETWORKS]

    assert networks or ganeti.deaf
    for network in networks:
        assert network.network
        assert network.free > 0
        assert network.reserved > 0
        assert all(mode and link for _group, mode, link in network.groups)
        assert client.network(network.name)["uuid"] == network.uuid


# -- who may


def test_a_wrong_password_is_refused(ganeti: Ganeti) -> None:
    stranger = ganeti.client_as(ganeti.endpoint.username, "wrong")

    with pytest.raises(RapiPermissionDenied) as caught:
        verify_write_access(stranger)

    assert caught.value.code == 401


def test_our_user_may_write(client: RapiClient) -> None:
    assert verify_write_access(client)


def test_a_reader_may_look_but_not_act(ganeti: Ganeti, machine: str) -> None:
    reader = ganeti.client_as("viewer", "secret")
    try:
        assert machine in reader.instances()
    except RapiPermissionDenied:
        pytest.skip("this cluster has no user who may only read")

    assert reader.query("instance", ["name"], any_of("name", [machine]))
    assert not verify_write_access(reader)
    with pytest.raises(RapiPermissionDenied):
        reader.startup(machine, reason="contract")


@pytest.mark.parametrize("kind", ["instance", "node", "group", "network"])
def test_what_is_not_there_is_not_found(client: RapiClient, kind: str) -> None:
    if kind == "network" and not can(client, Capability.NETWORKS):
        return
    with pytest.raises(RapiNotFound):
        getattr(client, kind)(NOWHERE)


# -- instances as they are


def test_an_instance_is_in_every_list(client: RapiClient, machine: str) -> None:
    assert machine in client.instances()
    assert machine in {found["name"] for found in client.instances_in_bulk()}
    assert client.instance(machine)["name"] == machine


def test_all_our_fields_are_known(client: RapiClient, machine: str) -> None:
    row = client.query("instance", CONFIG_FIELDS, any_of("name", [machine]))[0]

    unknown = {name for name in CONFIG_FIELDS if row.status(name) not in KNOWN}

    newer = {"disk.names", "nic.networks.names"}
    if client.ganeti_version() < (2, 6):
        newer |= {"be/maxmem"}
    if client.ganeti_version() < (2, 5):  # what no list has
        newer |= {name for name in unknown if name.startswith("hv/")}
    assert unknown <= newer
    assert client.ganeti_version() < (2, 12) or not unknown


def test_an_instance_is_read_from_its_fields(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    named = any_of("name", [stopped])
    row = client.query("instance", CONFIG_FIELDS, named)[0]
    live = client.query("instance", LIVE_FIELDS, named)[0]

    read = Instance.from_rapi(row, cluster="here", tag_prefix="ganetimgr")
    found = read.with_live_state(live, None, None)

    assert (found.name, found.state) == (stopped, State.STOPPED)
    assert (found.memory_mib, found.disk_mib, found.vcpus) == (32, 16, 1)
    assert found.nics[0].mac
    assert found.tags.users == ("alice",)
    assert (found.group, found.hypervisor) == ("default", ganeti.hypervisor)
    assert found.created_at is not None
    assert found.changed_at is not None


def test_a_field_that_no_version_has_is_unknown_not_an_error(
    client: RapiClient, machine: str
) -> None:
    fields = ("name", "favourite.colour")

    row = client.query("instance", fields, any_of("name", [machine]))[0]

    assert (row["name"], row["favourite.colour"]) == (machine, None)
    assert row.status("favourite.colour") is FieldStatus.UNKNOWN


def test_fields_can_be_asked_for(client: RapiClient) -> None:
    if not can(client, Capability.QUERY):
        return
    names = {field["name"] for field in client.query_fields("instance")}

    assert {"name", "status", "be/vcpus", "pnode.group"} <= names


def test_a_filter_leaves_what_it_names(client: RapiClient, machine: str) -> None:
    rows = client.query("instance", ["name"], any_of("name", [machine]))

    assert [row["name"] for row in rows] == [machine]


def test_a_filter_of_names_alone_is_refused_when_one_is_missing(
    client: RapiClient, machine: str
) -> None:
    if not can(client, Capability.QUERY):
        return
    with pytest.raises(RapiRefused, match=f"^Instance name {NOWHERE} not found$"):
        client.query("instance", ["name"], any_of("name", [machine, NOWHERE]))


def test_a_filter_of_what_is_present_leaves_out_what_is_not(
    client: RapiClient, machine: str
) -> None:
    wanted = any_present("name", [machine, NOWHERE])

    rows = client.query("instance", [*CONFIG_FIELDS, "status"], wanted)

    assert [row["name"] for row in rows] == [machine]


def test_a_malformed_filter_is_refused_in_ganetis_words(client: RapiClient) -> None:
    if not can(client, Capability.QUERY):
        return
    with pytest.raises(RapiRefused, match="Unknown filter operand") as caught:
        client.query("instance", ["name"], ["nonsense", "name", "x"])

    assert caught.value.code == 502
    assert "&" not in str(caught.value)


def test_malformed_json_is_refused(ganeti: Ganeti) -> None:
    answer = requests.post(
        f"{ganeti.endpoint.url}/2/instances",
        data="{",
        headers={"Content-Type": "application/json"},
        auth=(ganeti.endpoint.username, ganeti.endpoint.password),
        verify=False,  # noqa: S501 - whoever it is
        timeout=10,
    )

    assert answer.status_code == 400
    assert answer.json()["message"] == "Unable to parse JSON data"
