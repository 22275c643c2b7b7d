"""The pages of jobs, and the menu in the top bar."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.person import Person
from apps.auditlog.models import AuditEntry
from apps.ganeti.display import job_list_cache, job_rows
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import counts
from apps.ganeti.models import Cluster, Job, WatcherBeat
from apps.ganeti.state import job_interest, job_queue
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.jobs import NewJob
from tests.ganeti.pages import markup, notices, parsed, text, text_of
from tests.ganeti.queues import add_job, read_queue

pytestmark = pytest.mark.usefixtures("published")

LIST = reverse("ganeti:job-list")
UNCHANGED = HTTPStatus.NO_CONTENT
PART = {"HX-Request": "true"}


def job_url(job_id: int, action: str = "detail") -> str:
    return reverse(f"ganeti:job-{action}", args=("athens", job_id))


def page(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == HTTPStatus.OK
    return parsed(markup(response))


def rows(soup: BeautifulSoup) -> dict[str, str]:
    """Return the text of each row by job id."""
    return {
        text_of(row.select_one(".c-id")): text_of(row)
        for row in soup.select("table.jobs tbody tr")
    }


def live(soup: BeautifulSoup) -> str:
    """Return the address that the live part of a page polls; empty if it is still."""
    part = soup.select_one("main [data-live]")
    return str(part["hx-get"]) if isinstance(part, Tag) else ""


def poll(client: Client, address: str) -> Any:
    return client.get(address, headers=PART)


# -- the list


@pytest.fixture(autouse=True)
def _same_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep times on pages from being due to be written anew between two requests."""
    for name in ("_RUNNING_S", "_IDLE_S"):
        monkeypatch.setattr(job_rows, name, 1e12)


def test_the_list_shows_jobs_with_links_to_machines(
    client: Client, olga: User, cluster: Cluster, rapi: FakeRapi, new_job: NewJob
) -> None:
    new_job("web1", ganeti_id=1, user=olga)
    add_job(rapi, "web1")
    add_job(rapi, "gone1")
    read_queue(cluster)
    client.force_login(olga)

    soup = page(client, LIST)

    shown = rows(soup)
    assert "Reboot web1" in shown["1"]
    assert shown["1"].endswith("olga")
    assert shown["2"].endswith("elsewhere")
    links = {str(link["href"]) for link in soup.select("tbody .c-kind a")}
    assert links == {reverse("ganeti:instance-detail", args=("athens", "web1"))}


@pytest.mark.parametrize(("query", "sort"), [("?sort=-id", "-id"), ("", None)])
def test_filters_keep_the_order(
    client: Client, olga: User, query: str, sort: str | None
) -> None:
    client.force_login(olga)

    field = page(client, f"{LIST}{query}").select_one("#list [name=sort]")

    assert (field and field["value"]) == sort
    assert field is None or field["form"] == "filters"


def test_looking_at_the_list_calls_no_cluster_but_has_it_read(
    client: Client, olga: User, cluster: Cluster, rapi: FakeRapi
) -> None:
    WatcherBeat.objects.create(
        name="me", started_at=timezone.now(), beat_at=timezone.now()
    )
    client.force_login(olga)

    soup = page(client, LIST)

    assert rapi.calls == []
    assert job_interest.is_queue_watched(cluster)
    assert "Reading the job queue of a cluster." in text_of(soup.select_one("#list"))


def test_without_a_watcher_the_list_says_that_it_cannot_be_read(
    client: Client, olga: User
) -> None:
    client.force_login(olga)

    assert "the watcher isn't running" in text(markup(client.get(LIST)))


def test_a_queue_that_cannot_be_read_is_shown_as_it_was(
    client: Client, alice: User, olga: User, cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    read_queue(cluster)
    job_queue.publish_error(cluster, "It refused the connection.")

    for user, sees_details in ((olga, True), (alice, False)):
        client.force_login(user)
        soup = page(client, LIST)
        assert set(rows(soup)) == {"1"}
        assert "The job queue of athens can't be read." in text_of(soup.main)
        assert ("refused the connection" in text_of(soup.main)) is sees_details


def test_a_poll_without_news_is_unchanged(
    client: Client,
    olga: User,
    cluster: Cluster,
    rapi: FakeRapi,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    add_job(rapi)
    read_queue(cluster)
    client.force_login(olga)
    address = live(page(client, f"{LIST}?status=waiting&cluster=athens"))

    with django_assert_num_queries(3):  # session, rights, clusters
        assert poll(client, address).status_code == UNCHANGED

    rapi.run(1)
    read_queue(cluster)
    response = poll(client, address)
    assert response.status_code == HTTPStatus.OK
    assert rows(parsed(markup(response))) == {}  # it isn't waiting any more
    assert poll(client, live(page(client, LIST))).status_code == UNCHANGED


def test_a_list_is_rendered_once_for_all_staff_but_for_each_owner(
    client: Client, alice: User, bob: User, olga: User, root: User, cluster: Cluster,
    rapi: FakeRapi,
) -> None:  # fmt: skip
    for name in ("web1", "web10", "db1"):
        add_job(rapi, name)
    read_queue(cluster)
    shown = {}
    for user in (olga, root, alice, bob):
        client.force_login(user)
        response = poll(client, f"{LIST}poll?version=")
        shown[user.username] = set(rows(parsed(markup(response))))

    assert shown == {
        "olga": {"1", "2", "3"},
        "root": {"1", "2", "3"},
        "alice": {"1"},
        "bob": {"2"},
    }
    assert len(job_list_cache._cache) == 3


def test_the_list_of_fifty_takes_few_queries(
    client: Client,
    olga: User,
    cluster: Cluster,
    rapi: FakeRapi,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(60):
        add_job(rapi)
    read_queue(cluster)
    client.force_login(olga)
    client.get(LIST)

    with django_assert_max_num_queries(5):
        soup = page(client, LIST)

    assert len(rows(soup)) == 50
    assert "60 jobs" in text_of(soup.select_one(".count"))


# -- one job


@pytest.fixture
def ours(cluster: Cluster, rapi: FakeRapi, alice: User, new_job: NewJob) -> Job:
    """Return alice's running job on web1, read with its detail."""
    add_job(rapi)
    rapi.run(1, "Shutting down <b>now</b>")
    job = new_job(
        "web1", ganeti_id=1, user=alice, status=JobStatus.RUNNING,
        audit_entry=AuditEntry.objects.create(
            user=alice, username="alice", action="reboot", detail="hard reboot"
        ),
        then=[{"kind": "tag", "call": "x", "arguments": {}, "reason": "r"}],
    )  # fmt: skip
    read_queue(cluster, 1)
    return job


@pytest.mark.usefixtures("ours")
def test_the_page_of_a_job_shows_its_log_and_what_follows(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    soup = page(client, job_url(1))

    assert text_of(soup.h1) == "Reboot web1"
    assert "Shutting down <b>now</b>" in text_of(soup.select_one(".log"))
    assert "Change tags follows if this succeeds" in text_of(
        soup.select_one(".planned")
    )
    assert "hard reboot" in text_of(soup.main)


def test_the_page_polls_until_the_job_has_ended(
    client: Client, alice: User, cluster: Cluster, rapi: FakeRapi, ours: Job
) -> None:
    client.force_login(alice)
    assert live(page(client, job_url(1)))

    rapi.fail(1, "Disk failure")
    read_queue(cluster, 1)
    Job.objects.update(
        status=JobStatus.ERROR, finished_at=timezone.now(), busy_key=None
    )
    soup = page(client, job_url(1))

    assert live(soup) == ""
    failure = soup.select_one(".job-failed")
    assert text_of(failure) == "Reboot failed Details Disk failure"


def test_a_poll_of_the_page_says_what_is_new(
    client: Client, alice: User, cluster: Cluster, rapi: FakeRapi, ours: Job
) -> None:
    client.force_login(alice)
    address = live(page(client, job_url(1)))

    rapi.run(1, "Starting")
    read_queue(cluster, 1)

    assert "Starting" in markup(poll(client, address))


@pytest.mark.usefixtures("ours")
def test_strangers_get_the_same_404_for_a_job_and_for_none(
    client: Client, carol: User
) -> None:
    client.force_login(carol)

    for job_id in (1, 2, 2**60, 10**40):
        address = f"/jobs/athens/{job_id}/"
        assert client.get(address).status_code == HTTPStatus.NOT_FOUND
        assert client.post(f"{address}cancel").status_code == HTTPStatus.NOT_FOUND


def test_an_owner_sees_foreign_jobs_on_their_machine_without_the_reason(
    client: Client, alice: User, olga: User, cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    rapi.job(1).call.query["reason"] = "the tenant did not pay"  # type: ignore[index]
    read_queue(cluster, 1)

    for user, sees_reason in ((alice, False), (olga, True)):
        client.force_login(user)
        shown = text_of(page(client, job_url(1)).main)
        assert "This job wasn't submitted through this site." in shown
        assert ("did not pay" in shown) is sees_reason


def test_a_job_that_the_cluster_does_not_know_is_not_there_for_staff(
    client: Client, olga: User, cluster: Cluster
) -> None:
    client.force_login(olga)
    assert live(page(client, job_url(77)))

    read_queue(cluster, 77)

    soup = page(client, job_url(77))
    assert live(soup) == ""
    assert "The cluster doesn't know this job" in text_of(soup.main)


# -- cancelling


def test_owners_cancel_their_own_waiting_jobs(
    client: Client, alice: User, cluster: Cluster, rapi: FakeRapi, new_job: NewJob
) -> None:
    add_job(rapi)
    new_job("web1", ganeti_id=1, user=alice)
    read_queue(cluster, 1)
    client.force_login(alice)
    assert page(client, job_url(1)).select_one("#cancel")

    response = client.post(job_url(1, "cancel"), follow=True)

    [notice] = notices(response)
    assert notice.startswith("The job is being cancelled.")
    assert rapi.job(1).status == "canceled"
    entry = AuditEntry.objects.get(action="cancel_job")
    assert (entry.target_name, entry.detail) == ("web1", "cancellation requested: 1")


def test_what_ganeti_answers_is_said_if_it_is_too_late(
    client: Client, root: User, cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    rapi.run(1)
    read_queue(cluster, 1)
    client.force_login(root)

    response = client.post(job_url(1, "cancel"), follow=True)

    [notice] = notices(response)
    assert notice.startswith("It's too late to cancel this job.")
    assert "Job no longer waiting" in notice


@pytest.mark.usefixtures("ours")
def test_owners_do_not_cancel_what_runs(
    client: Client, alice: User, rapi: FakeRapi
) -> None:
    client.force_login(alice)
    rapi.calls.clear()

    response = client.post(job_url(1, "cancel"), follow=True)

    assert notices(response) == ["It's too late to cancel this job."]
    assert rapi.calls == []


@pytest.mark.usefixtures("ours")
def test_others_may_not_cancel_and_the_attempt_is_recorded(
    client: Client, olga: User, rapi: FakeRapi
) -> None:
    client.force_login(olga)
    assert page(client, job_url(1)).select_one("#cancel") is None

    response = client.post(job_url(1, "cancel"))

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert AuditEntry.objects.get(action="cancel_job").refused


def test_the_page_does_not_wait_for_a_slow_cancellation(
    client: Client, root: User, cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    read_queue(cluster, 1)
    rapi.go_down(sent=True)
    client.force_login(root)

    response = client.post(job_url(1, "cancel"), follow=True)

    assert notices(response) == ["Ganeti is cancelling the job, if it isn't too late."]
    assert AuditEntry.objects.filter(action="cancel_job").exists()


def test_a_cluster_that_is_down_cancels_nothing(
    client: Client, root: User, cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    read_queue(cluster, 1)
    rapi.go_down()
    client.force_login(root)

    response = client.post(job_url(1, "cancel"), follow=True)

    [notice] = notices(response)
    assert notice.startswith("The job wasn't cancelled")
    assert not AuditEntry.objects.filter(action="cancel_job").exists()


# -- the menu in the top bar


def finish(job: Job, status: JobStatus = JobStatus.SUCCESS) -> None:
    Job.objects.filter(pk=job.pk).update(
        status=status, finished_at=timezone.now(), busy_key=None
    )


def test_finished_jobs_stay_until_they_are_marked_as_read(
    client: Client, alice: User, new_job: NewJob
) -> None:
    running, failed = new_job("web1", user=alice), new_job("web2", user=alice)
    finish(failed, JobStatus.ERROR)
    client.force_login(alice)

    menu = page(client, reverse("ganeti:jobs-menu"))
    shown = [text_of(item) for item in menu.select(".dropdown-item b")]
    assert shown == [running.target_name, failed.target_name]
    assert counts.count(alice, Person.of(alice)) == (1, 1)

    until = str(menu.select_one("[name=until]")["value"])  # type: ignore[index]
    later = new_job("mail1", user=alice)
    finish(later)
    response = client.post(reverse("ganeti:jobs-read"), {"until": until}, headers=PART)

    assert response["HX-Trigger"] == "jobs"
    shown = [text_of(b) for b in parsed(markup(response)).select(".dropdown-item b")]
    assert shown == ["web1", "mail1"]


@pytest.mark.parametrize("until", ["", "x", "9999-12-31T23:59:59+00:00", "2020-01-01"])
def test_a_strange_time_marks_what_has_finished_by_now(
    client: Client, alice: User, new_job: NewJob, until: str
) -> None:
    finish(new_job("web1", user=alice))
    client.force_login(alice)

    client.post(reverse("ganeti:jobs-read"), {"until": until})
    alice.refresh_from_db()

    assert counts.unread(alice) == []


def test_a_chain_of_jobs_is_reported_once_and_only_when_it_is_over(
    alice: User, new_job: NewJob
) -> None:
    entry = AuditEntry.objects.create(user=alice, username="alice", action="isolate")
    tag = new_job("web1", user=alice, kind=Job.Kind.ISOLATE, audit_entry=entry)
    finish(tag)
    migrate = new_job("web1", user=alice, kind=Job.Kind.MIGRATE, audit_entry=entry)
    assert counts.unread(alice) == []

    finish(migrate)

    assert counts.unread(alice) == [migrate]


def test_old_jobs_count_as_read(alice: User, new_job: NewJob) -> None:
    job = new_job("web1", user=alice)
    long_ago = timezone.now() - counts.UNREAD_FOR - timedelta(minutes=1)
    Job.objects.update(status=JobStatus.SUCCESS, finished_at=long_ago, busy_key=None)

    assert counts.unread(alice) == []
    assert not job.failed
