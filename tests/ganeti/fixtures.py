"""Pytest plugin: users, and a cluster whose RAPI is a fake."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache

from apps.auditlog.entries import Acting
from apps.ganeti.display import job_list_cache
from apps.ganeti.models import Cluster
from apps.ganeti.rapi.transport import Endpoint
from apps.ganeti.state import (
    connections,
    job_interest,
    job_queue,
    refreshing,
    snapshots,
)
from tests.ganeti.fakes import STATUSES, FakeRapi

ADDRESS = "2001:db8::1"


@pytest.fixture
def empty_caches() -> Iterator[None]:
    """Clear the cache and the snapshots before and after the test."""
    _clear_memory()
    yield
    _clear_memory()


def _clear_memory() -> None:
    cache.clear()
    for module in (snapshots, job_queue, job_interest):
        module.clear_memory()
    job_list_cache.clear()
    refreshing._started.clear()


@pytest.fixture
def background_refreshes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the slugs of the clusters to be refreshed in the background.

    A thread would not see the rows of the test's transaction, so none is started.
    """
    slugs: list[str] = []

    def record(cluster: Cluster, *, force: bool = True) -> None:
        slugs.append(cluster.slug)

    monkeypatch.setattr(refreshing, "refresh_in_background", record)
    return slugs


# -- people


def _user(name: str, *permissions: str) -> User:
    user = User.objects.create_user(name, f"{name}@example.org")
    if permissions:
        granted = Permission.objects.filter(
            content_type__app_label="ganeti", codename__in=permissions
        )
        user.user_permissions.set(granted)
    return user


@pytest.fixture
def alice(db: None) -> User:
    """Return a user who owns instances by their tags."""
    return _user("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Return a member of the group "staff", which owns an instance."""
    user = _user("bob")
    user.groups.add(Group.objects.get_or_create(name="staff")[0])
    return user


@pytest.fixture
def carol(db: None) -> User:
    """Return a user who owns nothing."""
    return _user("carol")


@pytest.fixture
def olga(db: None) -> User:
    """Return a user who may view all instances."""
    return _user("olga", "view_instances")


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", "root@example.org")


@pytest.fixture
def by_alice(alice: User) -> Acting:
    return Acting(alice, ADDRESS)


# -- clusters


@pytest.fixture
def rapi_by_host(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeRapi]:
    """Return the fake RAPI of each host name, created when first connected to."""
    transports: dict[str, FakeRapi] = {}

    def transport(endpoint: Endpoint) -> FakeRapi:
        return transports.setdefault(endpoint.host, FakeRapi())

    monkeypatch.setattr(connections, "transport_factory", transport)
    return transports


@pytest.fixture
def cluster(
    db: None,
    empty_caches: None,
    background_refreshes: list[str],
    rapi_by_host: dict[str, FakeRapi],
) -> Cluster:
    cluster = Cluster(hostname="athens.example.org", slug="athens", can_write=True)
    cluster.username, cluster.password = "ganetimgr", "secret"
    cluster.save()
    return cluster


@pytest.fixture
def rapi(cluster: Cluster, rapi_by_host: dict[str, FakeRapi]) -> FakeRapi:
    """Return the RAPI of ``cluster``, with a few instances."""
    rapi = rapi_by_host[cluster.hostname] = FakeRapi()
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
    """Return the RAPI after a first refresh; its list of calls is empty."""
    assert refreshing.refresh(cluster, force=True)
    rapi.calls.clear()
    return rapi


@pytest.fixture
def every_state(cluster: Cluster, rapi: FakeRapi) -> FakeRapi:
    """Return the RAPI with an instance of alice's in each state, named after it."""
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
    """Return a user who may view all instances, lock and isolate, nothing else."""
    user = User.objects.create_user("guard", "guard@example.org")
    user.user_permissions.set(
        Permission.objects.filter(
            codename__in=["view_instances", "can_lock", "can_isolate"]
        )
    )
    return user
