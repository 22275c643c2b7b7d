"""The running product as an attacker sees it, and its inside."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil  # type: ignore[import-untyped]

from contrib.simulator import ClusterSpec, SimulatedCluster, Simulator
from tests.product import Product
from tests.smtp import MailServer
from tests.system.inside import Inside
from tests.system.visitor import Visitor

SPEC = ClusterSpec(name="athens", nodes=2, instances=4, seed=7, owners={"dave": 4})
ALICE = "ganetimgr:user:alice"
# A user name that owns a machine and that nobody has registered.
GHOST = "ghost"
MACHINES: dict[str, dict[str, Any]] = {
    "web1.alice.example.org": {"tags": [ALICE]},
    "db1.alice.example.org": {"tags": [ALICE], "running": False},
    "old1.ghost.example.org": {"tags": [f"ganetimgr:user:{GHOST}"]},
}
SETTINGS: dict[str, Any] = {
    "SNAPSHOT_REFRESH_SECONDS": 2,
    "RAPI_CONNECT_TIMEOUT": 3,
    "RAPI_RESPONSE_TIMEOUT": 5,
    "OPERATING_SYSTEMS": {
        "debian": {"description": "Debian 13", "provider": "image+default"}
    },
}
# The users; the password of each is the name: alice owns machines, carol has none,
# rita reviews applications, olga may view all machines, stefan is staff who may change
# users, root is a superuser.
PEOPLE = """
from django.contrib.auth.models import Permission, User
from apps.ganeti.models import Cluster
for name in ("alice", "carol", "dave", "rita", "olga", "stefan"):
    User.objects.create_user(name, f"{{name}}@example.org", name)
User.objects.create_superuser("root", "root@example.org", "root")
permissions = {{
    "rita": ["view_applications", "change_instanceapplication"],
    "olga": ["view_instances"],
    "stefan": ["view_user", "change_user"],
}}
for name, codenames in permissions.items():
    user = User.objects.get(username=name)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
User.objects.filter(username="stefan").update(is_staff=True)
cluster = Cluster(hostname={host!r}, port={port}, slug="athens", username="ganetimgr",
    verification="fingerprint", fingerprint={fingerprint!r})
cluster.password = "secret"
cluster.save()
"""


@dataclass
class Site:
    """A site with one simulated cluster and a mail server, for one attack at a time."""

    product: Product
    simulator: Simulator
    mail_server: MailServer
    inside: Inside
    # Allowed for CD-ROM images; nobody listens there unless an attack does.
    ports: tuple[int, int]
    _addresses: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        return self.product.url

    @property
    def athens(self) -> SimulatedCluster:
        return self.simulator.clusters["athens"]

    def new_address(self) -> str:
        """Return a client address that no other attack comes from."""
        high, low = divmod(next(self._addresses), 256)
        return f"198.51.{100 + high}.{low}"

    def visitor(self, name: str = "", *, address: str = "") -> Visitor:
        """Return a browser, logged in if there is a name, with an address of its own.

        The product trusts ``X-Forwarded-For`` from loopback, as behind nginx.
        """
        visitor = Visitor(self.url)
        visitor.session.headers["X-Forwarded-For"] = address or self.new_address()
        return visitor.log_in(name) if name else visitor

    @contextmanager
    def web_cpu(self) -> Iterator[list[float]]:
        """Append the CPU seconds that the web processes use in the block to a list."""
        seconds: list[float] = []
        previous_s = self._web_cpu_s()
        yield seconds
        seconds.append(self._web_cpu_s() - previous_s)

    def _web_cpu_s(self) -> float:
        assert self.product.web is not None
        parent = psutil.Process(self.product.web.pid)
        times = [process.cpu_times() for process in (parent, *parent.children())]
        return float(sum(cpu.user + cpu.system for cpu in times))

    def shell(self, code: str) -> str:
        """Run Python inside the product; about a second, so once per test at most."""
        return self.product.shell(code)


def simulate() -> Simulator:
    simulator = Simulator([SPEC])
    for name, values in MACHINES.items():
        simulator.clusters["athens"].add_instance(name, **values)
    return simulator


def set_up(product: Product, cluster: SimulatedCluster) -> None:
    """Create the users, and add the cluster."""
    product.shell(
        PEOPLE.format(
            host=cluster.host, port=cluster.port, fingerprint=cluster.fingerprint
        )
    )


REGISTER = "/accounts/register/"


TAKEN = "This user name is taken"


PERSON = {
    "first_name": "Mallory",
    "last_name": "Martin",
    "phone": "1",
    "password": "correct horse battery staple",
    "password_again": "correct horse battery staple",
    "terms": "on",
}
