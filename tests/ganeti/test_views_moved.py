"""Pages of renamed and destroyed machines."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.conftest import Sent
from tests.ganeti.confirming import link_for, newest_link, request_action, run_chain
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, rows, text, url

pytestmark = pytest.mark.usefixtures("images")
HTMX = {"HX-Request": "true"}
NEW_NAME = "shop.example.org"


@pytest.fixture
def renamed(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    request_action(client, alice, "rename", new_name=NEW_NAME)
    client.post(newest_link(sent))
    run_chain(cluster, published)


@pytest.fixture
def destroyed(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    client.post(link_for(client, alice, sent))
    run_chain(cluster, published)


def test_a_reinstall_from_the_mail_to_its_end(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent, "reinstall", image="fedora")
    assert "Fedora 42" in text(markup(client.get(link)))

    client.post(link)
    run_chain(cluster, published)

    assert "Reinstalled" in text(markup(client.get(url("detail"))))


# -- renamed


@pytest.mark.usefixtures("renamed")
def test_the_old_address_redirects_to_the_new_one(client: Client) -> None:
    response = client.get(url("detail"))

    assert response.headers["Location"] == url("detail", NEW_NAME)
    page = text(markup(client.get(url("detail", NEW_NAME))))
    assert f"new name: {NEW_NAME}" in page, "the history goes by uuid"


@pytest.mark.usefixtures("renamed")
def test_an_open_page_is_redirected_to_the_new_address(client: Client) -> None:
    response = client.get(url("poll"), {"as": "page"}, headers=HTMX)

    assert response.headers["HX-Redirect"] == url("detail", NEW_NAME)
    messages = notices(client.get(url("detail", NEW_NAME)))
    assert messages[-1] == f"The machine is now called {NEW_NAME}."


def test_an_open_page_is_not_redirected_before_the_next_step(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    request_action(client, alice, "rename", name="web2", new_name=NEW_NAME)
    client.post(newest_link(sent))
    published.finish(Job.objects.get().ganeti_id or 0)
    refreshing.refresh(cluster, force=True)

    response = client.get(url("poll", "web2"), {"as": "page"}, headers=HTMX)

    assert response.status_code == HTTPStatus.NO_CONTENT
    assert client.get(url("detail", "web2")).status_code == HTTPStatus.FOUND


@pytest.mark.usefixtures("renamed")
def test_a_row_is_replaced_by_the_renamed_one(client: Client) -> None:
    response = client.get(url("poll"), {"job": "any"}, headers=HTMX)

    assert NEW_NAME in rows(response)


@pytest.mark.usefixtures("renamed")
def test_a_stranger_is_not_redirected(client: Client, carol: User) -> None:
    client.force_login(carol)

    assert client.get(url("detail")).status_code == HTTPStatus.NOT_FOUND


# -- destroyed


@pytest.mark.usefixtures("destroyed")
def test_the_page_of_a_destroyed_machine_is_gone(client: Client) -> None:
    response = client.get(url("detail"))

    assert response.status_code == HTTPStatus.GONE
    assert "web1 was destroyed" in text(markup(response))
    assert "Requested by alice" in text(markup(response))


@pytest.mark.usefixtures("destroyed")
def test_an_open_page_is_redirected_to_the_list(client: Client) -> None:
    response = client.get(url("poll"), {"as": "page"}, headers=HTMX)

    assert response.headers["HX-Redirect"] == "/"
    assert notices(client.get("/"))[-1] == "web1 was destroyed."


@pytest.mark.usefixtures("destroyed")
def test_a_row_is_removed_with_a_message(client: Client) -> None:
    response = client.get(url("poll"), {"job": "any"}, headers=HTMX)

    assert rows(response) == {}
    assert notices(response)[-1] == "web1 was destroyed."


@pytest.mark.usefixtures("destroyed")
def test_a_destroyed_machine_is_shown_to_staff_and_former_users(
    client: Client, olga: User, bob: User, carol: User
) -> None:
    AuditEntry.objects.create(
        user=bob,
        action="reboot",
        target_kind="instance",
        target_name="web1",
        target_id="uuid-of-web1",
    )
    statuses = []
    for user in (olga, bob, carol):
        client.force_login(user)
        statuses.append(client.get(url("detail")).status_code)

    assert statuses == [410, 410, 404]


@pytest.mark.usefixtures("destroyed")
def test_a_new_machine_of_the_same_name_is_shown(
    client: Client, cluster: Cluster, published: FakeRapi
) -> None:
    published.add("web1", uuid="new", tags=["ganetimgr:user:alice"])
    refreshing.refresh(cluster, force=True)

    assert client.get(url("detail")).status_code == HTTPStatus.OK


def test_a_row_is_kept_until_the_job_has_ended(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    client.post(link_for(client, alice, sent))
    published.finish(Job.objects.get().ganeti_id or 0)
    refreshing.refresh(cluster, force=True)

    response = client.get(url("poll"), {"job": "any"}, headers=HTMX)
    page = client.get(url("detail"))

    assert response.status_code == HTTPStatus.NO_CONTENT
    assert "web1 is being destroyed" in text(markup(page))


def test_a_machine_is_shown_if_its_destruction_failed(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    client.post(link_for(client, alice, sent))
    published.fail(Job.objects.get().ganeti_id or 0, "Disk is busy")

    assert client.get(url("detail")).status_code == HTTPStatus.OK
