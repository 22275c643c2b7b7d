"""The cast, and a cluster that answers from memory: a plugin, for all."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache

from apps.auditlog.entries import Acting
from apps.ganeti.models import Cluster
from apps.ganeti.rapi.transport import Endpoint
from apps.ganeti.state import connections, refreshing, snapshots
from tests.ganeti.fakes import STATUSES, FakeRapi

ADDRESS = "2001:db8::1"


@pytest.fixture
def nothing_remembered() -> Iterator[None]:
    """Let no test know what another published."""
    cache.clear()
    snapshots.clear_memory()
    refreshing._started.clear()
    yield
    cache.clear()
    snapshots.clear_memory()


@pytest.fixture
def in_background(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the clusters whose refresh in the background was asked for.

    A thread would not see the rows of the test's transaction, so none is started.
    """
    asked: list[str] = []

    def note(cluster: Cluster, *, force: bool = True) -> None:
        asked.append(cluster.slug)

    monkeypatch.setattr(refreshing, "refresh_in_background", note)
    return asked


# -- people


def _user(name: str, *permissions: str) -> User:
    user = User.objects.create_user(name, f"{name}@example.org")
    if permissions:
        wanted = Permission.objects.filter(
            content_type__app_label="ganeti", codename__in=permissions
        )
        user.user_permissions.set(wanted)
    return user


@pytest.fixture
def alice(db: None) -> User:
    """Alice is named by a tag as the owner of machines."""
    return _user("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Bob is in the group "staff", which owns a machine."""
    user = _user("bob")
    user.groups.add(Group.objects.get_or_create(name="staff")[0])
    return user


@pytest.fixture
def carol(db: None) -> User:
    """Carol is a stranger: nothing is hers."""
    return _user("carol")


@pytest.fixture
def olga(db: None) -> User:
    """Olga may look at everything."""
    return _user("olga", "view_instances")


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", "root@example.org")


@pytest.fixture
def by_alice(alice: User) -> Acting:
    return Acting(alice, ADDRESS)


# -- clusters


@pytest.fixture
def farm(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeRapi]:
    """Return the fake clusters by host name; whoever is asked for is there."""
    farm: dict[str, FakeRapi] = {}

    def transport(endpoint: Endpoint) -> FakeRapi:
        return farm.setdefault(endpoint.host, FakeRapi())

    monkeypatch.setattr(connections, "transport_factory", transport)
    return farm


@pytest.fixture
def cluster(
    db: None,
    nothing_remembered: None,
    in_background: list[str],
    farm: dict[str, FakeRapi],
) -> Cluster:
    cluster = Cluster(hostname="athens.example.org", slug="athens", can_write=True)
    cluster.username, cluster.password = "ganetimgr", "secret"
    cluster.save()
    return cluster


@pytest.fixture
def rapi(cluster: Cluster, farm: dict[str, FakeRapi]) -> FakeRapi:
    """Return Ganeti at ``cluster``, with a few machines."""
    rapi = farm[cluster.hostname] = FakeRapi()
    rapi.add("web1", tags=["ganetimgr:user:alice"], nic_ips=["192.0.2.10"])
    rapi.add(
        "web2",
        tags=["ganetimgr:users:alice"],
        nic_ips=["192.0.2.9"],
        status="ADMIN_down",
        oper_state=False,
        admin_state="down",
    )
    rapi.add("web10", tags=["ganetimgr:group:staff"], pnode="node2", snodes=["node1"])
    rapi.add("mail1", tags=["ganetimgr:user:alice", "ganetimgr:adminlock"])
    rapi.add("old1", tags=["ganetimgr:user:alice"], pnode="node3", snodes=[])
    rapi.add("db1", tags=["ganetimgr:user:dave"])
    rapi.lock_group("spare")
    return rapi


@pytest.fixture
def published(cluster: Cluster, rapi: FakeRapi) -> FakeRapi:
    """Return Ganeti once the snapshot was refreshed from it; no calls count yet."""
    assert refreshing.refresh(cluster, force=True)
    rapi.calls.clear()
    return rapi


@pytest.fixture
def every_state(cluster: Cluster, rapi: FakeRapi) -> FakeRapi:
    """Return Ganeti with a machine of alice's in each state, named after the state."""
    for status in STATUSES:
        running = status in {"running", "ERROR_up", "ERROR_wrongnode"}
        rapi.add(
            f"is-{status.lower().replace('_', '-')}",
            tags=["ganetimgr:user:alice"],
            status=status,
            oper_state=running,
        )
    assert refreshing.refresh(cluster, force=True)
    rapi.calls.clear()
    return rapi


@pytest.fixture
def guard(db: None) -> User:
    """Return somebody who may see all, lock and isolate, and nothing else."""
    user = User.objects.create_user("guard", "guard@example.org")
    user.user_permissions.set(
        Permission.objects.filter(
            codename__in=["view_instances", "can_lock", "can_isolate"]
        )
    )
    return user
