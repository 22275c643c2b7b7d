from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from apps.accounts.person import Person
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.auditlog.target import TargetKind
from apps.ganeti.access import Answer
from apps.ganeti.jobs.submission import ActionRefused, NotNow
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.client import RebootKind
from apps.ganeti.reads import inventory
from apps.ganeti.services import availability, power
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import machine

Kind = Job.Kind
ACTIONS: dict[str, Callable[..., Job]] = {
    "startup": power.startup,
    "shutdown": power.shutdown,
    "reboot": power.reboot,
}


def run_action(action: str, cluster: Cluster, name: str, user: User) -> Job:
    return ACTIONS[action](cluster, machine(cluster, name), by=Acting(user))


def offered(kind: Job.Kind, cluster: Cluster, name: str, user: User) -> Answer:
    visible = inventory.visible(Person.of(user))
    busy = Job.objects.unfinished().named(cluster, TargetKind.INSTANCE, name).first()
    return availability.verdict_for(kind, machine(cluster, name), visible, busy).answer


# -- submitted jobs


@pytest.mark.parametrize(
    ("action", "method"), [("startup", "PUT"), ("shutdown", "PUT"), ("reboot", "POST")]
)
def test_an_action_of_an_owner_submits_a_job(
    cluster: Cluster, published: FakeRapi, alice: User, action: str, method: str
) -> None:
    job = run_action(action, cluster, "web1", alice)

    call = published.jobs[0].call
    assert (call.method, call.path) == (method, f"/2/instances/web1/{action}")
    assert (job.kind, job.target_name, job.user) == (action, "web1", alice)


def test_a_shutdown_has_a_timeout(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    power.shutdown(cluster, machine(cluster, "web1"), by=by_alice, timeout_s=30)

    assert published.jobs[0].call.body == {"timeout": 30}
    assert AuditEntry.objects.get().detail == "shutdown, time allowed: 30 s"


def test_a_forced_shutdown_has_no_timeout_and_is_recorded(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    power.shutdown(cluster, machine(cluster, "web1"), by=by_alice, force=True)

    assert published.jobs[0].call.body == {"timeout": 0}
    assert AuditEntry.objects.get().detail == "shutdown, forced"


def test_a_shutdown_is_remembered_by_ganeti(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    power.shutdown(cluster, machine(cluster, "web1"), by=by_alice)

    assert published.jobs[0].call.query["no_remember"] == 0


@pytest.mark.parametrize("kind", ["soft", "hard", "full"])
def test_a_reboot_has_a_kind(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, kind: RebootKind
) -> None:
    power.reboot(cluster, machine(cluster, "web1"), by=by_alice, kind=kind)

    assert published.jobs[0].call.query["type"] == kind


# -- rights


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("carol", "web1"),
        ("alice", "web10"),
        ("olga", "web1"),
        ("alice", "mail1"),
        ("alice", "old1"),
    ],
    ids=["stranger", "somebody else's", "viewer", "locked", "maintenance"],
)
def test_users_without_rights_are_refused(
    cluster: Cluster,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    action: str,
    person: str,
    name: str,
) -> None:
    user = request.getfixturevalue(person)

    with pytest.raises(ActionRefused):
        run_action(action, cluster, name, user)

    assert published.jobs == []
    assert not Job.objects.exists()
    assert AuditEntry.objects.get().refused


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("person", "name"),
    [("bob", "web10"), ("root", "db1"), ("root", "mail1"), ("root", "old1")],
    ids=["group", "superuser", "superuser locked", "superuser maintenance"],
)
def test_users_with_rights_submit_a_job(
    cluster: Cluster,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    action: str,
    person: str,
    name: str,
) -> None:
    job = run_action(action, cluster, name, request.getfixturevalue(person))

    assert job.unfinished


def test_a_viewer_may_not_act(
    cluster: Cluster, published: FakeRapi, olga: User
) -> None:
    instance = inventory.visible(Person.of(olga)).find_instance("athens", "web1")
    assert instance is not None

    with pytest.raises(ActionRefused):
        power.startup(cluster, instance, by=Acting(olga))


def test_no_job_is_submitted_with_read_only_access(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    cluster.can_write = False

    with pytest.raises(NotNow):
        run_action("startup", cluster, "web1", alice)

    assert published.jobs == []
    assert not AuditEntry.objects.exists()


def test_actions_are_accepted_in_any_known_state(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    assert run_action("startup", cluster, "web1", alice).unfinished
    assert run_action("shutdown", cluster, "web2", alice).unfinished


# -- offered actions


@pytest.mark.parametrize(
    ("name", "startup", "shutdown", "reboot"),
    [
        ("is-running", False, True, True),
        ("is-admin-down", True, False, False),
        ("is-admin-offline", False, False, False),
        ("is-error-up", True, True, True),
        ("is-error-down", True, True, False),
        ("is-user-down", True, True, False),
        ("is-error-nodedown", False, False, False),
        ("is-error-nodeoffline", False, False, False),
        ("is-error-wrongnode", True, True, True),
    ],
)
def test_offered_actions_depend_on_the_state(
    cluster: Cluster,
    every_state: FakeRapi,
    alice: User,
    name: str,
    startup: bool,
    shutdown: bool,
    reboot: bool,
) -> None:
    answers = [
        offered(kind, cluster, name, alice) is Answer.YES
        for kind in (Kind.STARTUP, Kind.SHUTDOWN, Kind.REBOOT)
    ]

    assert answers == [startup, shutdown, reboot]


def test_nothing_is_offered_while_a_job_runs(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    run_action("reboot", cluster, "web1", alice)

    assert offered(Kind.SHUTDOWN, cluster, "web1", alice) is Answer.NOT_NOW


def test_nothing_is_offered_while_the_cluster_is_down(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)

    assert offered(Kind.SHUTDOWN, cluster, "web1", alice) is Answer.NOT_NOW


def test_nothing_is_offered_with_read_only_access(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    Cluster.objects.update(can_write=False)

    assert offered(Kind.SHUTDOWN, cluster, "web1", alice) is Answer.NOT_NOW


def test_forbidden_actions_are_not_offered(
    cluster: Cluster, published: FakeRapi, alice: User, carol: User, olga: User
) -> None:
    assert offered(Kind.REBOOT, cluster, "web1", carol) is Answer.INVISIBLE
    assert offered(Kind.REBOOT, cluster, "web1", olga) is Answer.FORBIDDEN
    assert offered(Kind.REBOOT, cluster, "mail1", alice) is Answer.FORBIDDEN
    assert offered(Kind.REBOOT, cluster, "old1", alice) is Answer.FORBIDDEN
