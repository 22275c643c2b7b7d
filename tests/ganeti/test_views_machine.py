from http import HTTPStatus
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone
from pytest_django import (
    DjangoAssertNumQueries,
    Settings,
)

from apps.auditlog.models import AuditEntry
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import tracking
from apps.ganeti.models import Cluster, Job, Network
from apps.ganeti.rapi.errors import RapiConflict, RapiUnreachable
from apps.ganeti.state import refreshing
from apps.ganeti.watch.follower import Follower
from tests.conftest import Sent
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, page, rows, text, url

HTMX = {"HX-Request": "true"}


# -- the page


@pytest.mark.usefixtures("published")
def test_the_page_shows_the_machine_and_its_state(client: Client, alice: User) -> None:
    client.force_login(alice)

    page_text = text(page(client))

    for fact in ("web1", "Running", "athens", "1 GiB", "image+default", "192.0.2.10"):
        assert fact in page_text
    assert "node1" not in page_text


@pytest.mark.usefixtures("published")
def test_staff_see_nodes_and_unknown_owners(client: Client, olga: User) -> None:
    client.force_login(olga)

    page_text = text(page(client, "db1"))

    assert "node1" in page_text
    assert "dave unknown" in page_text


@pytest.mark.usefixtures("published")
def test_an_ipv6_address_is_derived_from_network_and_mac(
    client: Client, alice: User, cluster: Cluster
) -> None:
    Network.objects.create(
        cluster=cluster, link="br0", mode="bridged", ipv6_prefix="2001:db8:1::/64"
    )
    client.force_login(alice)

    assert "2001:db8:1:0:a800:ff:fe00:1" in page(client)


@pytest.mark.usefixtures("published")
def test_unavailable_actions_show_the_reason(
    client: Client, alice: User, olga: User
) -> None:
    client.force_login(alice)
    owner_text = text(page(client))
    locked_text = text(page(client, "mail1"))
    client.force_login(olga)
    viewer_text = text(page(client))

    assert "It is already running." in owner_text
    assert "This machine is locked by staff" in locked_text
    assert "You can view this machine but not manage it." in viewer_text


@pytest.mark.usefixtures("published")
def test_maintenance_is_shown_in_a_banner(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert "under maintenance" in text(page(client, "old1"))


def test_a_machine_of_a_cluster_that_is_down_is_shown(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    page_text = text(page(client))

    assert "stopped responding" in page_text
    assert "Its cluster isn't responding." in page_text


@pytest.mark.usefixtures("rapi", "background_refreshes")
def test_a_machine_of_an_unknown_cluster_answers_503(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    response = client.get(url("detail"))

    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.headers["Retry-After"]
    assert "contacted for the first time" in text(markup(response))


@pytest.mark.usefixtures("published")
def test_machines_of_a_disabled_cluster_are_not_found(
    client: Client, root: User, cluster: Cluster
) -> None:
    Cluster.objects.update(disabled=True)
    client.force_login(root)

    assert client.get(url("detail")).status_code == HTTPStatus.NOT_FOUND


def test_the_page_makes_no_call_and_few_queries(
    client: Client,
    alice: User,
    published: FakeRapi,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(alice)
    client.get(url("detail"))

    # Session with its user, rights, cluster, newest job, history, owners, networks,
    # pending requests.
    with django_assert_num_queries(8):
        client.get(url("detail"))

    assert published.calls == []


# -- actions


def test_a_start_is_submitted_and_the_page_says_so(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    response = client.post(url("startup", "web2"), follow=True)

    assert response.redirect_chain == [(url("detail", "web2"), 302)]
    assert notices(response) == ["Starting… web2"]
    assert published.jobs[0].call.path == "/2/instances/web2/startup"
    assert Job.objects.get().user == alice


def test_a_row_becomes_busy_at_once(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    response = client.post(url("startup", "web2"), headers=HTMX)

    assert rows(response)["web2"].polls
    assert "Starting…" in rows(response)["web2"].text
    assert notices(response) == ["Starting… web2"]
    assert response.headers["HX-Trigger"] == "jobs"
    assert 'id="running-jobs"' in markup(response)


def test_a_shutdown_takes_a_timeout_and_force(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    client.post(url("shutdown"), {"timeout_s": "30"})
    client.post(url("shutdown", "web2"), {"timeout_s": "30", "force": "on"})

    timeouts = [job.call.body["timeout"] for job in published.jobs]
    assert timeouts == [30, 0]


def test_an_invalid_timeout_is_reported_and_nothing_submitted(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    response = client.post(url("shutdown"), {"timeout_s": "-3"})

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "greater than or equal to 0" in text(markup(response))
    assert 'value="-3"' in markup(response)
    assert published.jobs == []


@pytest.mark.parametrize("kind", ["soft", "hard", "full"])
def test_a_reboot_has_the_chosen_kind(
    client: Client, alice: User, published: FakeRapi, kind: str
) -> None:
    client.force_login(alice)

    client.post(url("reboot"), {"kind": kind})

    assert published.jobs[0].call.query["type"] == kind


def test_an_invalid_kind_of_reboot_is_refused(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    response = client.post(url("reboot"), {"kind": "gentle"})

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert published.jobs == []


def test_a_repeated_click_submits_one_job(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    client.post(url("startup", "web2"))
    second = client.post(url("startup", "web2"), follow=True)

    assert len(published.jobs) == 1
    assert "already" in notices(second)[-1]


def test_a_refusal_is_shown_with_ganetis_message(
    client: Client, alice: User, published: FakeRapi
) -> None:
    published.fail_submissions(RapiConflict("Instance is <locked>", code=409))
    client.force_login(alice)

    response = client.post(url("startup", "web2"), follow=True)

    assert "Instance is &lt;locked&gt;" in markup(response)
    assert Job.objects.get().status == JobStatus.REFUSED


def test_an_unreachable_cluster_is_reported(
    client: Client, alice: User, published: FakeRapi
) -> None:
    published.fail_submissions(RapiUnreachable("It hangs.", sent=False))
    client.force_login(alice)

    response = client.post(url("startup", "web2"), follow=True)

    assert response.status_code == HTTPStatus.OK
    assert "didn't accept the job" in notices(response)[0]


# -- refusals


def post_shutdown(
    client: Client, user: User, name: str, **headers: str
) -> HttpResponseBase:
    client.force_login(user)
    return client.post(url("shutdown", name), headers=headers)


def test_a_stranger_gets_404_and_managers_a_mail(
    client: Client,
    carol: User,
    published: FakeRapi,
    settings: Settings,
    sent: Sent,
) -> None:
    settings.MANAGERS = [("M", "managers@example.org")]
    response = post_shutdown(client, carol, "web1")

    assert response.status_code == HTTPStatus.NOT_FOUND
    entry = AuditEntry.objects.get()
    assert (entry.username, entry.target_name, entry.refused) == ("carol", "web1", True)
    assert [message.to for message in sent()] == [["managers@example.org"]]
    assert published.jobs == []


@pytest.mark.usefixtures("published")
def test_a_viewer_is_refused_with_the_reason(client: Client, olga: User) -> None:
    response = post_shutdown(client, olga, "web1")

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "You can view this machine but not manage it." in text(markup(response))


@pytest.mark.usefixtures("published")
def test_a_refused_htmx_request_is_explained_on_the_next_page(
    client: Client, olga: User
) -> None:
    response = post_shutdown(client, olga, "web1", **HTMX)
    next_page = client.get(url("detail"))

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert notices(next_page) == ["You can view this machine but not manage it."]


def test_a_viewer_may_not_start_a_machine(
    client: Client, olga: User, published: FakeRapi
) -> None:
    client.force_login(olga)
    for _ in range(2):
        assert client.get(url("detail")).status_code == HTTPStatus.OK

    assert client.post(url("startup", "web2")).status_code == HTTPStatus.FORBIDDEN
    assert published.jobs == []


# -- client address


@pytest.mark.parametrize(
    ("remote", "forwarded", "recorded"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("", "", None),
    ],
)
@pytest.mark.usefixtures("published")
def test_the_recorded_address_is_the_clients_not_the_proxys(
    client: Client, alice: User, remote: str, forwarded: str, recorded: str | None
) -> None:
    client.force_login(alice)

    client.post(
        url("startup", "web2"),
        REMOTE_ADDR=remote,
        headers={"X-Forwarded-For": forwarded},
    )

    assert AuditEntry.objects.get().address == recorded


# -- a whole job


def test_a_start_from_click_to_outcome(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    client.force_login(alice)
    client.post(url("startup", "web2"))
    tracking.claim("me", timezone.now())
    follower = Follower("me", cluster.pk, Event())
    published.run(1, "Starting instance web2")
    follower.run_once()
    assert "Starting instance web2" in page(client, "web2")

    published.finish(1)
    follower.run_once()

    page_text = text(page(client, "web2"))
    assert "Running" in page_text
    assert "Started just now" in page_text
