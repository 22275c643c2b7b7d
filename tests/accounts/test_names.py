"""Reserved names: those in Ganeti's tags, and those of deleted accounts."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from apps.accounts.models import ReservedName, UnconfirmedRegistration
from apps.accounts.services import names, registration
from apps.accounts.services.names import Claim, Kind
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing, snapshots
from tests.accounts.conftest import link_in
from tests.accounts.registering import CHOSEN_PASSWORD, GOOD, NINA, REGISTER
from tests.conftest import Sent
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, text

TAKEN = "This user name is taken"
ADD_USER = reverse("admin:auth_user_add")
ADD_GROUP = reverse("admin:auth_group_add")


@pytest.fixture
def tagged(cluster: Cluster, rapi: FakeRapi) -> None:
    """Read a cluster whose tags name dave, who has no account, and group staff."""
    rapi.add("db2", tags=["ganetimgr:users:Dave"])
    assert refreshing.refresh(cluster, force=True)


def register(client: Client, username: str) -> str:
    return text(markup(client.post(REGISTER, {**GOOD, "username": username})))


@pytest.mark.usefixtures("tagged")
@pytest.mark.parametrize("name", ["dave", "Dave", "DAVE"])
def test_a_name_in_a_tag_is_refused_like_one_of_an_account(
    client: Client, alice: User, name: str
) -> None:
    page = register(client, name)

    assert page.replace(name, "") == register(client, alice.username).replace(
        alice.username, ""
    )
    assert TAKEN in page
    assert not UnconfirmedRegistration.objects.exists()


@pytest.mark.usefixtures("tagged")
def test_a_name_stays_taken_when_the_cluster_is_disabled_and_the_cache_is_lost(
    client: Client, cluster: Cluster
) -> None:
    Cluster.objects.update(disabled=True)
    cache.clear()
    snapshots.forget()

    assert TAKEN in register(client, "dave")
    cluster.delete()
    assert TAKEN in register(client, "dave")


@pytest.mark.usefixtures("tagged")
def test_a_name_is_free_when_no_tag_mentions_it_any_more(
    client: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    assert names.claim_on(Kind.USER, "dave") == Claim(machines=2)

    rapi.change("db1", tags=["ganetimgr:user:alice"])
    refreshing.refresh_instances(cluster, ["db1"])
    assert names.claim_on(Kind.USER, "dave") == Claim(machines=1)

    rapi.change("db2", tags=[])
    assert refreshing.refresh(cluster, force=True)
    assert names.claim_on(Kind.USER, "dave").free


def test_approval_needs_confirmation_while_a_cluster_is_unread(
    client: Client, root: User, cluster: Cluster, sent: Sent
) -> None:
    """A cluster that is down or disabled may name anybody."""
    Cluster.objects.update(disabled=True)
    assert names.claim_on(Kind.USER, "nina") == Claim(silent=1)
    client.post(REGISTER, GOOD)
    client.post(link_in(sent, NINA), CHOSEN_PASSWORD)
    client.force_login(root)
    number = registration.of(User.objects.get(username="nina")).number
    page = reverse("accounts:decide", args=[number])

    assert "1 cluster hasn't been read yet" in text(markup(client.get(page)))
    refused = client.post(page, {"decision": "approve"})
    created = client.post(ADD_USER, {"username": "nora", **PASSWORDS})

    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "1 cluster hasn't been read yet" in text(markup(created))
    refreshing.refresh(cluster, force=True)
    assert names.claim_on(Kind.USER, "nina").certain
    client.post(page, {"decision": "approve"})
    assert User.objects.get(username="nina").is_active


@pytest.mark.usefixtures("tagged")
def test_no_name_becomes_free_while_a_machine_cannot_be_read(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.change("db2", tags=["ganetimgr:users:Dave"], ctime=1e18)
    refreshing.refresh(cluster, force=True)

    assert names.claim_on(Kind.USER, "dave") == Claim(machines=2, silent=1)
    rapi.change("db2", ctime=1.0)
    refreshing.refresh(cluster, force=True)
    assert names.claim_on(Kind.USER, "dave") == Claim(machines=2)


@pytest.mark.usefixtures("tagged")
def test_a_cluster_with_a_new_address_is_unread(cluster: Cluster) -> None:
    cluster.save()
    assert not names.claim_on(Kind.USER, "dave").silent

    cluster.hostname = "other.example.org"
    cluster.save()

    assert names.claim_on(Kind.USER, "dave") == Claim(machines=2, silent=1)


def test_a_deleted_cluster_is_not_waited_for(cluster: Cluster) -> None:
    cluster.delete()

    assert names.claim_on(Kind.USER, "nina").certain


def test_the_name_of_a_deleted_user_or_group_stays_reserved(
    client: Client, alice: User
) -> None:
    alice.delete()
    Group.objects.create(name="friends").delete()

    assert TAKEN in register(client, "Alice")
    assert names.claim_on(Kind.GROUP, "friends") == Claim(former=True)
    assert names.claim_on(Kind.USER, "friends").free


def test_a_name_is_remembered_once_however_it_is_spelled(db: None) -> None:
    names.remember("cluster:1", {Kind.USER: {"Zoë": 1, "ZOË": 2}})
    names.remember("cluster:2", {Kind.USER: {"zoë": 3}})

    assert names.claim_on(Kind.USER, "zoë") == Claim(machines=6)
    assert names.claim_on(Kind.USER, "zoe").free
    assert ReservedName.objects.count() == 2


def test_approving_a_name_with_machines_needs_confirmation(
    client: Client, root: User, sent: Sent
) -> None:
    client.post(REGISTER, GOOD)
    client.post(link_in(sent, NINA), CHOSEN_PASSWORD)
    names.remember("cluster:1", {Kind.USER: {"nina": 3}})
    client.force_login(root)
    number = registration.of(User.objects.get(username="nina")).number
    page = reverse("accounts:decide", args=[number])

    content = text(markup(client.get(page)))
    refused = client.post(page, {"decision": "approve"})

    assert "3 machines already have this user" in content
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert not User.objects.get(username="nina").is_active
    client.post(page, {"decision": "approve", "takes_over": "on"})
    assert User.objects.get(username="nina").is_active


# -- in the administration

PASSWORDS = {"usable_password": "false"}


def staff_with(client: Client, *codenames: str) -> None:
    user = User.objects.create_user("stefan", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


@pytest.mark.usefixtures("tagged")
@pytest.mark.parametrize(
    ("page", "field", "model", "name"),
    [(ADD_USER, "username", User, "dave"), (ADD_GROUP, "name", Group, "staff")],
    ids=["user", "group"],
)
def test_creating_a_name_with_machines_needs_confirmation(
    client: Client,
    root: User,
    page: str,
    field: str,
    model: type[User] | type[Group],
    name: str,
) -> None:
    client.force_login(root)
    data = {field: name, **PASSWORDS}

    refused = client.post(page, data)

    assert "already belong" in text(markup(refused))
    assert not model._default_manager.filter(**{field: name}).exists()
    client.post(page, {**data, "takes_over": "on"})
    assert model._default_manager.filter(**{field: name}).exists()


@pytest.mark.usefixtures("tagged")
def test_only_superusers_assign_a_name_with_machines(client: Client) -> None:
    staff_with(client, "add_user", "change_user")

    answer = client.post(
        ADD_USER, {"username": "dave", "takes_over": "on", **PASSWORDS}
    )

    assert "Only a superuser can assign this name" in text(markup(answer))
    assert not User.objects.filter(username="dave").exists()


@pytest.mark.usefixtures("tagged")
def test_renaming_takes_a_new_name_and_keeps_the_old_one_reserved(
    client: Client, root: User
) -> None:
    client.force_login(root)
    group = Group.objects.create(name="friends")
    page = reverse("admin:auth_group_change", args=[group.pk])

    refused = client.post(page, {"name": "staff"})
    client.post(page, {"name": "mates"})

    assert "already belong" in text(markup(refused))
    group.refresh_from_db()
    assert group.name == "mates"
    assert names.claim_on(Kind.GROUP, "friends").former


@pytest.mark.parametrize("name", [".", "..", "a/../b", "/"])
def test_a_name_that_cannot_stand_in_a_url_is_refused(
    client: Client, root: User, name: str
) -> None:
    client.force_login(root)

    answer = client.post(ADD_GROUP, {"name": name})

    assert "Names can't be" in text(markup(answer))
    assert not Group.objects.exists()


def test_a_name_that_differs_by_case_is_refused(
    client: Client, root: User, alice: User
) -> None:
    client.force_login(root)
    Group.objects.create(name="Friends")

    for page, field, name in (
        (ADD_USER, "username", "ALICE"),
        (ADD_GROUP, "name", "friends"),
    ):
        answer = client.post(page, {field: name, **PASSWORDS})
        assert answer.status_code == HTTPStatus.OK
        assert "errorlist" in markup(answer)
    assert (User.objects.count(), Group.objects.count()) == (2, 1)
