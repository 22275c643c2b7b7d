"""Contents, certificates and answers of simulated clusters."""

from __future__ import annotations

import requests

from contrib.simulator import ClusterSpec, SimulatedCluster, Simulator
from tests.simulator.conftest import Launch, Rapi, certificate_file, served_certificate


def test_the_same_seed_gives_the_same_instances() -> None:
    spec = ClusterSpec(instances=50, seed=7)

    first, second = (Simulator([spec]).clusters["athens"] for _ in range(2))

    names = [
        [
            (instance.name, instance.uuid, sorted(instance.tags))
            for instance in cluster.master.cluster.sorted_instances()
        ]
        for cluster in (first, second)
    ]
    assert names[0] == names[1]


def test_owners_get_the_specified_number_of_instances(launch: Launch) -> None:
    rapi = Rapi(launch(instances=30, owners={"zoe": 12, "yan": 3}))

    def count_owned(name: str) -> int:
        return len(rapi.query(["name"], ["=[]", "tags", f"ganetimgr:user:{name}"]))

    assert count_owned("zoe") == 12
    assert count_owned("yan") == 3


def test_each_cluster_has_a_certificate_of_its_own() -> None:
    specs = [ClusterSpec(name="one"), ClusterSpec(name="two")]

    with Simulator(specs) as simulator:
        first, second = simulator.clusters.values()

        assert served_certificate(first).strip() == first.certificate_pem.strip()
        assert first.fingerprint != second.fingerprint
        assert first.port != second.port


def test_every_answer_has_the_version_and_closes_the_connection(
    rapi: Rapi,
) -> None:
    responses = [rapi.call("GET", "/version"), rapi.call("GET", "/2/nothing")]

    for response in responses:
        assert response.headers["Server"] == "Ganeti 3.0.2"
        assert response.headers["Connection"] == "close"


def test_reads_need_no_password_where_authentication_is_not_required(
    launch: Launch,
) -> None:
    cluster = launch(require_authentication=False)
    trusted = certificate_file(cluster)

    read = requests.get(f"{cluster.url}/2/info", verify=trusted, timeout=5)
    write = requests.put(f"{cluster.url}/2/tags", verify=trusted, timeout=5)

    assert read.status_code == 200
    assert write.status_code == 401


def test_calls_are_recorded(cluster: SimulatedCluster, rapi: Rapi) -> None:
    rapi.get("/2/info?bulk=1")

    assert cluster.call_count == 1
    assert cluster.calls[0] == ("GET", "/2/info")


def test_an_added_instance_is_listed_at_once(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    cluster.add_instance("new.example.org", tags=["ganetimgr:user:alice"], memory=2048)

    row = rapi.query(["status", "tags", "be/maxmem"], ["=", "name", "new"])[0]

    assert row == [[0, "running"], [0, ["ganetimgr:user:alice"]], [0, 2048]]


def test_a_change_without_a_job_is_listed_at_once(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    cluster.add_instance("new.example.org")
    rapi.query(["status"], ["=", "name", "new"])

    cluster.change_instance("new.example.org", running=False)

    assert rapi.query(["status"], ["=", "name", "new"]) == [[[0, "ERROR_down"]]]


def test_the_laboratory_has_the_nodes_of_the_lab_script() -> None:
    with Simulator([ClusterSpec.laboratory()]) as simulator:
        rapi = Rapi(simulator.clusters["cluster"])

        assert [node["id"] for node in rapi.get("/2/nodes")] == [
            "node1",
            "node2",
            "node3",
        ]
        assert rapi.get("/2/instances") == []
