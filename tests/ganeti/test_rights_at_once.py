"""Lost rights take effect with the next request, including polls."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Cluster, Job

LIST = reverse("ganeti:instance-list")
PAGE = reverse("ganeti:instance-detail", args=("athens", "web10"))
RUNNING = reverse("ganeti:jobs-running")
pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture
def poll(cluster: Cluster) -> str:
    """Return the polled address of a row with a job, of bob's group's machine."""
    job = Job.objects.create(
        key=Job.new_key(),
        cluster=cluster,
        kind=Job.Kind.REBOOT,
        target_name="web10",
        reason="hard reboot",
        status=JobStatus.RUNNING,
        busy_key=Job.busy_key_of(cluster, "web10"),
    )
    return f"{PAGE}poll?job={job.key}"


def statuses(client: Client, *addresses: str) -> list[int]:
    htmx = {"HX-Request": "true"}
    return [client.get(address, headers=htmx).status_code for address in addresses]


LOGGED_OUT = [HTTPStatus.FOUND] * 4


@pytest.mark.parametrize(
    "change",
    [
        lambda bob: bob.update(is_active=False),
        lambda bob: bob.update(password="another"),
        lambda bob: bob.delete(),
    ],
    ids=["deactivated", "new password", "deleted"],
)
def test_deactivation_and_password_change_end_access_at_once(
    client: Client, bob: User, poll: str, change: Callable[..., object]
) -> None:
    client.force_login(bob)
    addresses = (LIST, PAGE, poll, RUNNING)
    assert statuses(client, *addresses) == [200, 200, 204, 200]

    change(User.objects.filter(pk=bob.pk))

    assert statuses(client, *addresses) == LOGGED_OUT


def test_leaving_a_group_hides_its_machines_at_once(
    client: Client, bob: User, poll: str
) -> None:
    client.force_login(bob)
    assert statuses(client, PAGE, poll) == [200, 204]
    assert "web10" in client.get(LIST).content.decode()

    Group.objects.get(name="staff").user_set.clear()

    assert statuses(client, PAGE, poll) == [404, 404]
    assert "web10" not in client.get(LIST).content.decode()


@pytest.mark.parametrize("through_a_group", [True, False])
def test_losing_a_permission_hides_machines_at_once(
    client: Client, alice: User, poll: str, *, through_a_group: bool
) -> None:
    right = Permission.objects.get(codename="view_instances")
    group = Group.objects.create(name="watchers")
    if through_a_group:
        group.permissions.add(right)
        alice.groups.add(group)
    else:
        alice.user_permissions.add(right)
    client.force_login(alice)
    assert statuses(client, PAGE, poll) == [200, 204]

    group.permissions.clear()
    alice.user_permissions.clear()

    assert statuses(client, PAGE, poll) == [404, 404]


def test_disabling_a_cluster_hides_its_machines_at_once(
    client: Client, bob: User, cluster: Cluster, poll: str
) -> None:
    client.force_login(bob)
    assert statuses(client, PAGE, poll) == [200, 204]

    Cluster.objects.filter(pk=cluster.pk).update(disabled=True)

    assert statuses(client, PAGE, poll) == [404, 404]
    assert "web10" not in client.get(LIST).content.decode()
