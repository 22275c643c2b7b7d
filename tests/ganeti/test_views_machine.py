from http import HTTPStatus
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
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


def a_job(cluster: Cluster, name: str, status: JobStatus, **fields: object) -> Job:
    unfinished = status in {JobStatus.QUEUED, JobStatus.RUNNING}
    return Job.objects.create(
        key=Job.new_key(),
        cluster=cluster,
        kind=Job.Kind.REBOOT,
        target_name=name,
        reason="hard reboot",
        status=status,
        busy_key=Job.busy_key_of(cluster, name) if unfinished else None,
        **fields,
    )


# -- what is on it


@pytest.mark.usefixtures("published")
def test_the_page_names_the_machine_and_its_state(client: Client, alice: User) -> None:
    client.force_login(alice)

    said = text(page(client))

    for fact in ("web1", "Running", "athens", "1 GiB", "image+default", "192.0.2.10"):
        assert fact in said
    assert "node1" not in said


@pytest.mark.usefixtures("published")
def test_staff_see_nodes_and_unknown_owners(client: Client, olga: User) -> None:
    client.force_login(olga)

    said = text(page(client, "db1"))

    assert "node1" in said
    assert "dave unknown" in said


@pytest.mark.usefixtures("published")
def test_an_ipv6_address_follows_from_the_network_and_the_mac(
    client: Client, alice: User, cluster: Cluster
) -> None:
    Network.objects.create(
        cluster=cluster, link="br0", mode="bridged", ipv6_prefix="2001:db8:1::/64"
    )
    client.force_login(alice)

    assert "2001:db8:1:0:a800:ff:fe00:1" in page(client)


@pytest.mark.usefixtures("published")
def test_what_is_off_stays_with_its_reason(
    client: Client, alice: User, olga: User
) -> None:
    client.force_login(alice)
    hers = text(page(client))
    locked = text(page(client, "mail1"))
    client.force_login(olga)
    olgas = text(page(client))

    assert "It is already running." in hers
    assert "This machine is locked by staff" in locked
    assert "You can view this machine but not manage it." in olgas


@pytest.mark.usefixtures("published")
def test_maintenance_of_its_hosts_is_a_banner(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert "under maintenance" in text(page(client, "old1"))


def test_a_machine_of_a_cluster_that_is_down_is_still_there(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    said = text(page(client))

    assert "stopped responding" in said
    assert "Its cluster isn't responding." in said


@pytest.mark.usefixtures("rapi", "in_background")
def test_a_machine_of_a_cluster_not_known_yet_is_not_said_to_be_missing(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    answer = client.get(url("detail"))

    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers["Retry-After"]
    assert "contacted for the first time" in text(markup(answer))


@pytest.mark.usefixtures("published")
def test_a_disabled_cluster_shows_nothing(
    client: Client, root: User, cluster: Cluster
) -> None:
    Cluster.objects.update(disabled=True)
    client.force_login(root)

    assert client.get(url("detail")).status_code == HTTPStatus.NOT_FOUND


def test_the_page_asks_no_cluster_and_few_questions(
    client: Client,
    alice: User,
    published: FakeRapi,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(alice)
    client.get(url("detail"))

    # Session with its user, rights, cluster, newest job, history, owners, networks,
    # and what waits to be confirmed.
    with django_assert_num_queries(8):
        client.get(url("detail"))

    assert published.calls == []


# -- while a job runs


@pytest.mark.usefixtures("published")
def test_a_busy_page_shows_the_job_and_asks_again(
    client: Client, alice: User, cluster: Cluster
) -> None:
    log = [[1, "2026-01-01T00:00:00+00:00", "Rebooting <web1>"]]
    a_job(cluster, "web1", JobStatus.RUNNING, ganeti_id=17, log=log)
    client.force_login(alice)

    busy = page(client)

    assert 'hx-trigger="every 2s"' in busy
    assert "Rebooting &lt;web1&gt;" in busy
    assert "Ganeti's job 17" in text(busy)
    assert "Another job is already running on it." in text(busy)


@pytest.mark.usefixtures("published")
def test_the_last_poll_brings_the_outcome_and_no_further_poll(
    client: Client, alice: User, cluster: Cluster
) -> None:
    job = a_job(cluster, "web1", JobStatus.RUNNING)
    client.force_login(alice)
    during = markup(client.get(f"{url('poll')}?as=page", headers=HTMX))
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.SUCCESS, busy_key=None, finished_at=job.submitted_at
    )

    after = markup(client.get(f"{url('poll')}?as=page", headers=HTMX))

    assert "every 2s" in during
    assert 'id="history"' not in during
    assert "every" not in after
    assert "Rebooted" in text(after)
    assert 'id="history"' in after


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (JobStatus.ERROR, "The job failed."),
        (JobStatus.LOST, "Ganeti discarded the job"),
        (JobStatus.NOT_SUBMITTED, "couldn't be reached"),
        (JobStatus.REFUSED, "didn't accept the job"),
        (JobStatus.CANCELED, "was cancelled"),
    ],
)
def test_a_failure_stays_with_ganetis_own_words(
    client: Client, alice: User, cluster: Cluster, status: JobStatus, said: str
) -> None:
    job = a_job(cluster, "web1", status, message="Disk <sda> is degraded")
    Job.objects.update(finished_at=job.submitted_at)
    client.force_login(alice)

    seen = page(client)

    assert "Reboot failed" in text(seen)
    assert said in text(seen)
    assert "Disk &lt;sda&gt; is degraded" in seen


@pytest.mark.usefixtures("published")
def test_a_row_polls_while_its_job_runs_and_tells_of_its_failure(
    client: Client, alice: User, cluster: Cluster
) -> None:
    job = a_job(cluster, "web1", JobStatus.RUNNING)
    client.force_login(alice)
    poll = f"{url('poll')}?job={job.key}"

    during = client.get(poll, headers=HTMX)
    Job.objects.update(
        status=JobStatus.ERROR, busy_key=None, finished_at=job.submitted_at
    )
    after = client.get(poll, headers=HTMX)

    assert (during.status_code, during.content) == (204, b""), "stays as it is"
    assert not rows(after)["web1"].polls
    assert notices(after) == ["web1: Reboot failed. See why"]


@pytest.mark.usefixtures("published")
def test_a_busy_row_of_the_list_knows_where_to_ask(
    client: Client, alice: User, cluster: Cluster
) -> None:
    job = a_job(cluster, "web1", JobStatus.QUEUED, user=alice)
    client.force_login(alice)

    found = rows(client.get(reverse("ganeti:instance-list")))

    assert 'title="hard reboot, alice"' in found["web1"].markup
    assert f'hx-get="{url("poll")}?job={job.key}"' in found["web1"].markup
    assert not found["web2"].polls


@pytest.mark.usefixtures("published")
def test_the_indicator_counts_ones_own_jobs_and_stops_asking(
    client: Client, alice: User, bob: User, cluster: Cluster
) -> None:
    indicator = reverse("ganeti:jobs-running")
    a_job(cluster, "web1", JobStatus.RUNNING, user=alice)
    client.force_login(alice)
    hers = markup(client.get(indicator))
    client.force_login(bob)
    bobs = markup(client.get(indicator))

    assert "every 10s" in hers
    assert "every" not in bobs


# -- doing something


def test_a_start_is_submitted_and_the_page_says_so(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    answer = client.post(url("startup", "web2"), follow=True)

    assert answer.redirect_chain == [(url("detail", "web2"), 302)]
    assert notices(answer) == ["Starting… web2"]
    assert published.jobs[0].call.path == "/2/instances/web2/startup"
    assert Job.objects.get().user == alice


def test_a_row_turns_busy_at_once(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    answer = client.post(url("startup", "web2"), headers=HTMX)

    assert rows(answer)["web2"].polls
    assert "Starting…" in rows(answer)["web2"].text
    assert notices(answer) == ["Starting… web2"]
    assert answer.headers["HX-Trigger"] == "jobs"
    assert 'id="running-jobs"' in markup(answer)


def test_a_shutdown_takes_a_timeout_and_force(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    client.post(url("shutdown"), {"timeout_s": "30"})
    client.post(url("shutdown", "web2"), {"timeout_s": "30", "force": "on"})

    timeouts = [job.call.body["timeout"] for job in published.jobs]
    assert timeouts == [30, 0]


def test_a_wrong_timeout_is_said_at_its_field_and_nothing_is_done(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    answer = client.post(url("shutdown"), {"timeout_s": "-3"})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "greater than or equal to 0" in text(markup(answer))
    assert 'value="-3"' in markup(answer)
    assert published.jobs == []


@pytest.mark.parametrize("kind", ["soft", "hard", "full"])
def test_a_reboot_is_of_the_kind_chosen(
    client: Client, alice: User, published: FakeRapi, kind: str
) -> None:
    client.force_login(alice)

    client.post(url("reboot"), {"kind": kind})

    assert published.jobs[0].call.query["type"] == kind


def test_a_kind_of_reboot_that_is_none_is_refused(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    answer = client.post(url("reboot"), {"kind": "gentle"})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert published.jobs == []


def test_the_same_click_twice_makes_one_job(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    client.post(url("startup", "web2"))
    again = client.post(url("startup", "web2"), follow=True)

    assert len(published.jobs) == 1
    assert "already" in notices(again)[-1]


def test_ganetis_refusal_is_told_with_its_own_words(
    client: Client, alice: User, published: FakeRapi
) -> None:
    published.fail_submissions(RapiConflict("Instance is <locked>", code=409))
    client.force_login(alice)

    answer = client.post(url("startup", "web2"), follow=True)

    assert "Instance is &lt;locked&gt;" in markup(answer)
    assert Job.objects.get().status == JobStatus.REFUSED


def test_a_cluster_that_does_not_answer_is_no_broken_page(
    client: Client, alice: User, published: FakeRapi
) -> None:
    published.fail_submissions(RapiUnreachable("It hangs.", sent=False))
    client.force_login(alice)

    answer = client.post(url("startup", "web2"), follow=True)

    assert answer.status_code == HTTPStatus.OK
    assert "didn't accept the job" in notices(answer)[0]


# -- who may not


def refusal(client: Client, user: User, name: str, **headers: str) -> HttpResponseBase:
    client.force_login(user)
    return client.post(url("shutdown", name), headers=headers)


def test_a_stranger_finds_nothing_and_the_attempt_is_told(
    client: Client,
    carol: User,
    published: FakeRapi,
    settings: Settings,
    sent: Sent,
) -> None:
    settings.MANAGERS = [("M", "managers@example.org")]
    answer = refusal(client, carol, "web1")

    assert answer.status_code == HTTPStatus.NOT_FOUND
    entry = AuditEntry.objects.get()
    assert (entry.username, entry.target_name, entry.refused) == ("carol", "web1", True)
    assert [message.to for message in sent()] == [["managers@example.org"]]
    assert published.jobs == []


@pytest.mark.usefixtures("published")
def test_a_viewer_is_told_that_they_may_not(client: Client, olga: User) -> None:
    answer = refusal(client, olga, "web1")

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "You can view this machine but not manage it." in text(markup(answer))


@pytest.mark.usefixtures("published")
def test_a_refusal_by_htmx_is_said_on_the_page_drawn_anew(
    client: Client, olga: User
) -> None:
    answer = refusal(client, olga, "web1", **HTMX)
    drawn_anew = client.get(url("detail"))

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert notices(drawn_anew) == ["You can view this machine but not manage it."]


def test_a_yes_to_looking_is_no_yes_to_acting(
    client: Client, olga: User, published: FakeRapi
) -> None:
    client.force_login(olga)
    for _ in range(2):
        assert client.get(url("detail")).status_code == HTTPStatus.OK

    assert client.post(url("startup", "web2")).status_code == HTTPStatus.FORBIDDEN
    assert published.jobs == []


# -- where somebody comes from


@pytest.mark.parametrize(
    ("remote", "forwarded", "kept"),
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
def test_the_address_is_that_of_the_person_not_of_our_own_proxy(
    client: Client, alice: User, remote: str, forwarded: str, kept: str | None
) -> None:
    client.force_login(alice)

    client.post(
        url("startup", "web2"),
        REMOTE_ADDR=remote,
        headers={"X-Forwarded-For": forwarded},
    )

    assert AuditEntry.objects.get().address == kept


# -- from the click to the end


def test_from_the_click_to_the_outcome(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    client.force_login(alice)
    client.post(url("startup", "web2"))
    tracking.claim("me", timezone.now())
    follower = Follower("me", cluster.pk, Event())
    published.run(1, "Starting instance web2")
    follower.turn()
    assert "Starting instance web2" in page(client, "web2")

    published.finish(1)
    follower.turn()

    said = text(page(client, "web2"))
    assert "Running" in said
    assert "Started just now" in said
