"""Pages of users and groups, for staff."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts import ssh_public_keys
from apps.accounts.models import Organization
from apps.accounts.services import profiles
from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.auditlog.target import Target, TargetKind
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from apps.ganeti.views import people
from tests.accounts.keys import ED25519
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, rows, text

LIST = reverse("ganeti:instance-list")


def user_page(name: str) -> str:
    return reverse("ganeti:user-info", args=[name])


def group_page(name: str) -> str:
    return reverse("ganeti:group-info", args=[name])


@pytest.fixture
def staff(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


@pytest.mark.usefixtures("published")
def test_a_user_is_shown_with_their_machines(staff: Client, alice: User) -> None:
    answer = staff.get(user_page("alice"))

    assert list(rows(answer)) == ["mail1", "old1", "web1", "web2"]
    assert "alice@example.org" in text(markup(answer))


@pytest.mark.usefixtures("published")
def test_a_members_machines_are_those_of_the_groups_too(
    staff: Client, bob: User
) -> None:
    answer = staff.get(user_page("bob"))

    assert list(rows(answer)) == ["web10"]
    assert group_page("staff") in markup(answer)


@pytest.mark.usefixtures("published")
def test_a_superusers_page_has_what_is_theirs_and_not_everything(
    staff: Client, root: User
) -> None:
    answer = staff.get(user_page("root"))

    assert rows(answer) == {}
    assert "Superuser" in text(markup(answer))


@pytest.mark.usefixtures("published")
def test_a_user_is_shown_with_all_that_is_known(staff: Client, alice: User) -> None:
    found = ssh_public_keys.parse(ED25519)
    alice.ssh_keys.create(key=found.text, fingerprint=found.fingerprint)
    profile = profiles.of(alice)
    profile.phone = "210 555"
    profile.organization = Organization.objects.create(title="GRNET", tag="grnet")
    profile.save()
    User.objects.filter(pk=alice.pk).update(is_active=False, first_name="<b>Alice")

    page = markup(staff.get(user_page("alice")))

    for known in ("210 555", "GRNET", f"SHA256:{found.fingerprint}", "Inactive"):
        assert known in page
    assert "&lt;b&gt;Alice" in page
    assert "Never" in page


@pytest.mark.usefixtures("published")
def test_a_users_history_is_shown(staff: Client, alice: User, carol: User) -> None:
    entries.record(
        Acting(alice), "reboot", Target(TargetKind.INSTANCE, "web1", "athens")
    )
    entries.record(
        Acting(carol), "reboot", Target(TargetKind.INSTANCE, "db1", "athens")
    )

    page = text(markup(staff.get(user_page("alice"))).split('id="history"')[1])

    assert "Reboot web1 athens" in page
    assert "db1" not in page


@pytest.mark.usefixtures("published")
def test_a_group_is_shown_with_its_members_and_machines(
    staff: Client, bob: User
) -> None:
    answer = staff.get(group_page("staff"))

    assert list(rows(answer)) == ["web10"]
    assert f'<a href="{user_page("bob")}">bob</a>' in markup(answer)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("name", ["a/b c", "κήποι & λοιποί", "100%", "a?b#c"])
def test_any_name_of_a_group_has_a_page_and_is_linked_to(
    staff: Client, cluster: Cluster, rapi: FakeRapi, name: str
) -> None:
    Group.objects.create(name=name)
    rapi.add("odd1", tags=[f"ganetimgr:group:{name}"])
    refreshing.refresh(cluster, force=True)

    (link,) = (
        part.split('"')[0]
        for part in rows(staff.get(LIST))["odd1"].markup.split('href="')
        if part.startswith("/user/info/group/")
    )

    assert list(rows(staff.get(link))) == ["odd1"]


@pytest.mark.usefixtures("published", "alice", "bob")
def test_who_is_unknown_has_no_page_and_no_link(staff: Client) -> None:
    assert staff.get(user_page("dave")).status_code == HTTPStatus.NOT_FOUND
    assert staff.get(group_page("dave")).status_code == HTTPStatus.NOT_FOUND
    listed = rows(staff.get(LIST))
    assert "dave" in listed["db1"].text
    assert user_page("dave") not in listed["db1"].markup
    assert f'<a href="{user_page("alice")}">alice</a>' in listed["web1"].markup
    assert f'<a href="{group_page("staff")}">staff</a>' in listed["web10"].markup


@pytest.mark.usefixtures("published", "bob")
def test_owners_on_a_machines_page_are_linked_for_staff_alone(
    client: Client, alice: User, olga: User
) -> None:
    page = reverse("ganeti:instance-detail", args=["athens", "web1"])
    client.force_login(olga)
    assert user_page("alice") in markup(client.get(page))

    client.force_login(alice)
    assert user_page("alice") not in markup(client.get(page))


@pytest.mark.usefixtures("published")
def test_nobody_else_learns_who_is_here(
    client: Client, alice: User, bob: User, carol: User
) -> None:
    """Every user could list all user and group names."""
    client.force_login(carol)

    for page in (user_page, group_page):
        answers = [client.get(page(name)) for name in ("alice", "staff", "nobody")]
        assert {answer.status_code for answer in answers} == {HTTPStatus.NOT_FOUND}
        assert "alice@example.org" not in markup(answers[0])


@pytest.mark.usefixtures("published")
def test_a_long_list_is_cut_and_says_so(
    staff: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MAX_MACHINES", 2)

    answer = staff.get(user_page("alice"))

    assert list(rows(answer)) == ["mail1", "old1"]
    assert "2 of 4" in text(markup(answer))
    assert f'href="{LIST}?owner=alice"' in markup(answer)


def test_the_page_of_a_user_asks_little(
    staff: Client,
    alice: User,
    published: FakeRapi,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    staff.get(user_page("alice"))
    published.calls.clear()

    with django_assert_num_queries(13):
        staff.get(user_page("alice"))

    assert published.calls == []
