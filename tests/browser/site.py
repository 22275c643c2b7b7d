"""The product with simulated clusters, and the machines that tests use."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contrib.simulator import ClusterSpec, SimulatedCluster, Simulator
from tests.product import Product

SETTINGS: dict[str, Any] = {
    "SNAPSHOT_REFRESH_SECONDS": 2,
    "RAPI_CONNECT_TIMEOUT": 3,
    "RAPI_RESPONSE_TIMEOUT": 5,
    "OPERATING_SYSTEMS": {
        "debian": {
            "description": "Debian 13",
            "provider": "image+default",
            "osparams": {"img_id": "debian-13"},
        },
    },
}
SPECS = (
    ClusterSpec(name="athens", nodes=3, instances=50, seed=1, owners={"dave": 50}),
    # Tests make this one fail; it is slow enough to see jobs running.
    ClusterSpec(name="sparta", nodes=2, instances=4, seed=2, owners={"dave": 4}),
)
ALICE, SHOP = "ganetimgr:user:alice", "ganetimgr:group:shop"
HOSTILE_TAG = "ganetimgr:user:<img src=x onerror=window.hacked=1>"
HOSTILE_NAME = "<img src=x onerror=window.hacked=1>"

# The machines that tests use, by cluster, beside the many of dave's.
MACHINES: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "athens": {
        "web1.alice.example.org": {"tags": [ALICE], "memory": 2048},
        "web2.alice.example.org": {"tags": [ALICE], "memory": 512},
        "web10.alice.example.org": {"tags": [ALICE], "memory": 8192},
        "build1.alice.example.org": {"tags": [ALICE], "running": False},
        "locked1.alice.example.org": {"tags": [ALICE, "ganetimgr:adminlock"]},
        "db1.shop.example.org": {"tags": [SHOP]},
        "hostile1.example.org": {"tags": [HOSTILE_TAG]},
        HOSTILE_NAME: {"tags": ["ganetimgr:user:dave"]},
    },
    "sparta": {
        "away1.alice.example.org": {"tags": [ALICE]},
        "broken1.alice.example.org": {"tags": [ALICE], "running": False},
        "broken2.alice.example.org": {"tags": [ALICE], "running": False},
        "slow1.alice.example.org": {"tags": [ALICE]},
        "bulk1.alice.example.org": {"tags": [ALICE]},
        "bulk2.alice.example.org": {"tags": [ALICE]},
        "bulk3.alice.example.org": {"tags": [ALICE], "running": False},
    },
}

# The users, as in other tests: alice owns machines, bob shares a group, carol has none,
# olga may view all machines, root is a superuser, zoe is made an owner. The password of
# each is the name.
MAKE_PEOPLE = """
from django.contrib.auth.models import Group, Permission, User
for name in ("alice", "bob", "carol", "dave", "olga", "zoe"):
    User.objects.create_user(name, f"{name}@example.org", name)
User.objects.create_superuser("root", "root@example.org", "root")
User.objects.get(username="bob").groups.add(Group.objects.create(name="shop"))
User.objects.get(username="olga").user_permissions.add(
    Permission.objects.get(codename="view_instances"))
"""


@dataclass
class Site:
    """The product, and the simulated clusters behind it."""

    product: Product
    simulator: Simulator

    @property
    def url(self) -> str:
        return self.product.url

    @property
    def athens(self) -> SimulatedCluster:
        return self.simulator.clusters["athens"]

    @property
    def sparta(self) -> SimulatedCluster:
        return self.simulator.clusters["sparta"]

    def latest_job(self, name: str) -> dict[str, Any]:
        """Return kind, status and Ganeti's id of the latest job on a machine."""
        code = (
            "import json; from apps.ganeti.models import Job; "
            f"job = Job.objects.filter(target_name={name!r}).first(); "
            "print(json.dumps([job.kind, job.status, job.ganeti_id]))"
        )
        kind, status, ganeti_id = json.loads(self.product.shell(code))
        return {"kind": kind, "status": status, "id": ganeti_id}


def simulate() -> Simulator:
    """Create the clusters with all their machines, without starting them."""
    simulator = Simulator(SPECS)
    for slug, machines in MACHINES.items():
        for name, values in machines.items():
            simulator.clusters[slug].add_instance(name, **values)
    return simulator
