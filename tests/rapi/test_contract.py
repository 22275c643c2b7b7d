"""Contract between the client and Ganeti, for real and simulated clusters."""

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
from tests.rapi.conftest import PREFIX, Ganeti
from tests.rapi.contract import NOWHERE, client_supports

# Requests without the client do not verify the certificate.
pytestmark = pytest.mark.filterwarnings(
    "ignore::urllib3.exceptions.InsecureRequestWarning"
)

NETWORKS = {"public-v4", "private-v4"}
KNOWN_STATUSES = {FieldStatus.NORMAL, FieldStatus.NO_DATA, FieldStatus.UNAVAILABLE}


# -- the cluster


def test_the_protocol_version_is_2(client: RapiClient) -> None:
    assert client.version() == 2


def test_features_include_request_versions(client: RapiClient) -> None:
    assert {"instance-create-reqv1", "instance-reinstall-reqv1"} <= set(
        client.features()
    )


def test_info_has_name_master_and_version(client: RapiClient, ganeti: Ganeti) -> None:
    info = ClusterInfo.from_rapi(client.info())

    assert info.name
    assert info.uuid
    assert info.master
    assert ganeti.hypervisor in info.hypervisors
    assert versions.parse(info.version) == client.ganeti_version() >= (2, 4)
    assert "file" in info.disk_templates or client.ganeti_version() < (2, 8)


def test_info_has_the_policy_for_instances(client: RapiClient) -> None:
    if not client_supports(client, Capability.POLICY):
        return
    policy = ClusterInfo.from_rapi(client.info()).policy

    assert "file" in policy.disk_templates
    assert not policy.violations(_sizes(32))
    assert policy.violations(_sizes(2**30))[0].requested == 2**30


def _sizes(memory_mib: int) -> dict[str, int]:
    return {"memory-size": memory_mib, "disk-size": 16, "cpu-count": 1}


def test_info_has_the_defaults_of_the_cluster(client: RapiClient) -> None:
    info = ClusterInfo.from_rapi(client.info())

    assert info.candidate_pool_size
    assert dict(info.beparams)["vcpus"] == 1
    if client.ganeti_version() >= (3, 0):
        assert info.allocator == "hail"


def test_every_answer_has_the_version(ganeti: Ganeti, client: RapiClient) -> None:
    response = requests.get(f"{ganeti.endpoint.url}/version", verify=False, timeout=10)  # noqa: S501

    assert response.headers["Server"].startswith("Ganeti ")
    assert versions.parse(response.headers["Server"]) == client.ganeti_version()
    assert response.headers.get("Connection", "close") == "close"


def test_operating_systems_include_variants(client: RapiClient) -> None:
    assert "image+default" in client.operating_systems()


def test_cluster_tags_are_added_and_deleted(client: RapiClient, ganeti: Ganeti) -> None:
    tag = f"{PREFIX}:tag"

    ganeti.wait_for_success(client.add_cluster_tags([tag], reason="contract"))
    assert tag in client.cluster_tags()

    ganeti.wait_for_success(client.delete_cluster_tags([tag], reason="contract"))
    assert tag not in client.cluster_tags()


# -- nodes, groups, networks


def test_nodes_are_read(client: RapiClient) -> None:
    live = {row["name"]: row for row in client.query("node", NODE_LIVE_FIELDS)}
    rows = client.query("node", NODE_CONFIG_FIELDS)

    nodes = [Node.from_rapi(row, live[row["name"]]) for row in rows]

    assert [node.role for node in nodes].count("M") == 1
    assert all(node.group == "default" for node in nodes)
    assert all(node.memory_total_mib for node in nodes)
    assert {node.name for node in nodes} == {node["name"] for node in client.nodes()}
    assert client.node(nodes[0].name)["role"] == nodes[0].role


def test_groups_are_read(client: RapiClient) -> None:
    groups = [NodeGroup.from_rapi(row) for row in client.query("group", GROUP_FIELDS)]

    assert "default" in {group.name for group in groups}
    assert {group.name for group in groups} == {g["name"] for g in client.groups()}
    assert client.group("default")["alloc_policy"] == "preferred"


def test_groups_have_a_policy_for_instances(client: RapiClient) -> None:
    if not client_supports(client, Capability.POLICY):
        return
    rows = client.query("group", GROUP_FIELDS)

    group = next(NodeGroup.from_rapi(r) for r in rows if r["name"] == "default")

    assert "file" in group.policy.disk_templates
    assert not group.policy.violations(_sizes(32))
    (span,) = group.policy.violations(_sizes(2**30))
    assert (span.size, span.smallest) == ("memory-size", 4)


def test_group_tags_are_added_and_deleted(client: RapiClient, ganeti: Ganeti) -> None:
    if not client_supports(client, Capability.GROUP_TAGS):
        return
    tag, name = f"vg:{PREFIX}", max(group["name"] for group in client.groups())

    ganeti.wait_for_success(client.add_tags("groups", name, [tag], reason="contract"))
    try:
        rows = client.query("group", GROUP_FIELDS)
        tagged = [row["name"] for row in rows if tag in row["tags"]]
    finally:
        ganeti.wait_for_success(
            client.delete_tags("groups", name, [tag], reason="contract")
        )

    assert tagged == [name]
    assert tag not in client.tags("groups", name)


def test_versions_without_networks_have_none(client: RapiClient) -> None:
    if versions.supports(client.ganeti_version(), Capability.NETWORKS):
        return

    assert client.networks() == []
    with pytest.raises(RapiUnsupported, match=r"2\.7"):
        client.network("public-v4")


def test_networks_are_read(client: RapiClient, ganeti: Ganeti) -> None:
    if not client_supports(client, Capability.NETWORKS):
        return
    all_networks = [GanetiNetwork.from_rapi(row) for row in client.networks()]
    # The lab may have temporary ones.
    networks = [network for network in all_networks if network.name in NETWORKS]

    assert networks or ganeti.ignores_shutdown
    for network in networks:
        assert network.network
        assert network.free > 0
        assert network.reserved > 0
        assert all(mode and link for _group, mode, link in network.groups)
        assert client.network(network.name)["uuid"] == network.uuid


# -- rights


def test_a_wrong_password_is_refused(ganeti: Ganeti) -> None:
    client = ganeti.client_as(ganeti.endpoint.username, "wrong")

    with pytest.raises(RapiPermissionDenied) as exc_info:
        verify_write_access(client)

    assert exc_info.value.code == 401


def test_the_user_has_write_access(client: RapiClient) -> None:
    assert verify_write_access(client)


def test_a_user_with_read_access_may_only_read(ganeti: Ganeti, machine: str) -> None:
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
def test_missing_objects_are_not_found(client: RapiClient, kind: str) -> None:
    if kind == "network" and not client_supports(client, Capability.NETWORKS):
        return
    with pytest.raises(RapiNotFound):
        getattr(client, kind)(NOWHERE)


# -- instances


def test_an_instance_is_in_every_list(client: RapiClient, machine: str) -> None:
    assert machine in client.instances()
    assert machine in {instance["name"] for instance in client.instances_in_bulk()}
    assert client.instance(machine)["name"] == machine


def test_all_queried_fields_are_known(client: RapiClient, machine: str) -> None:
    row = client.query("instance", CONFIG_FIELDS, any_of("name", [machine]))[0]

    unknown = {name for name in CONFIG_FIELDS if row.status(name) not in KNOWN_STATUSES}

    missing_fields = {"disk.names", "nic.networks.names"}
    if client.ganeti_version() < (2, 6):
        missing_fields |= {"be/maxmem"}
    if client.ganeti_version() < (2, 5):  # not in the bulk list
        missing_fields |= {name for name in unknown if name.startswith("hv/")}
    assert unknown <= missing_fields
    assert client.ganeti_version() < (2, 12) or not unknown


def test_an_instance_is_read_from_its_fields(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    by_name = any_of("name", [stopped])
    row = client.query("instance", CONFIG_FIELDS, by_name)[0]
    live = client.query("instance", LIVE_FIELDS, by_name)[0]

    configured = Instance.from_rapi(row, cluster="here", tag_prefix="ganetimgr")
    instance = configured.with_live_state(live, None, None)

    assert (instance.name, instance.state) == (stopped, State.STOPPED)
    assert (instance.memory_mib, instance.disk_mib, instance.vcpus) == (32, 16, 1)
    assert instance.nics[0].mac
    assert instance.tags.users == ("alice",)
    assert (instance.group, instance.hypervisor) == ("default", ganeti.hypervisor)
    assert instance.created_at is not None
    assert instance.changed_at is not None


def test_an_unknown_field_is_reported_as_unknown(
    client: RapiClient, machine: str
) -> None:
    fields = ("name", "favourite.colour")

    row = client.query("instance", fields, any_of("name", [machine]))[0]

    assert (row["name"], row["favourite.colour"]) == (machine, None)
    assert row.status("favourite.colour") is FieldStatus.UNKNOWN


def test_available_fields_are_listed(client: RapiClient) -> None:
    if not client_supports(client, Capability.QUERY):
        return
    names = {field["name"] for field in client.query_fields("instance")}

    assert {"name", "status", "be/vcpus", "pnode.group"} <= names


def test_a_filter_selects_by_name(client: RapiClient, machine: str) -> None:
    rows = client.query("instance", ["name"], any_of("name", [machine]))

    assert [row["name"] for row in rows] == [machine]


def test_a_filter_of_names_is_refused_if_one_is_missing(
    client: RapiClient, machine: str
) -> None:
    if not client_supports(client, Capability.QUERY):
        return
    with pytest.raises(RapiRefused, match=f"^Instance name {NOWHERE} not found$"):
        client.query("instance", ["name"], any_of("name", [machine, NOWHERE]))


def test_a_filter_of_present_names_ignores_missing_ones(
    client: RapiClient, machine: str
) -> None:
    present = any_present("name", [machine, NOWHERE])

    rows = client.query("instance", [*CONFIG_FIELDS, "status"], present)

    assert [row["name"] for row in rows] == [machine]


def test_a_malformed_filter_is_refused_with_ganetis_message(client: RapiClient) -> None:
    if not client_supports(client, Capability.QUERY):
        return
    with pytest.raises(RapiRefused, match="Unknown filter operand") as exc_info:
        client.query("instance", ["name"], ["nonsense", "name", "x"])

    assert exc_info.value.code == 502
    assert "&" not in str(exc_info.value)


def test_malformed_json_is_refused(ganeti: Ganeti) -> None:
    response = requests.post(
        f"{ganeti.endpoint.url}/2/instances",
        data="{",
        headers={"Content-Type": "application/json"},
        auth=(ganeti.endpoint.username, ganeti.endpoint.password),
        verify=False,  # noqa: S501 - not under test
        timeout=10,
    )

    assert response.status_code == 400
    assert response.json()["message"] == "Unable to parse JSON data"
