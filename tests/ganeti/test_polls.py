"""Polls: 204 while nothing has changed, else a full response."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.models import Session
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing

UNCHANGED = HTTPStatus.NO_CONTENT
PAGE = reverse("ganeti:instance-detail", args=("athens", "web1"))
pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture
def job(cluster: Cluster, alice: User) -> Job:
    """Return a job running on alice's machine for some minutes."""
    return Job.objects.create(
        key=Job.new_key(),
        cluster=cluster,
        ganeti_id=1,
        kind=Job.Kind.REBOOT,
        target_name="web1",
        reason="hard reboot",
        user=alice,
        status=JobStatus.RUNNING,
        busy_key=Job.busy_key_of(cluster, "web1"),
        submitted_at=timezone.now() - timedelta(minutes=10, seconds=2),
    )


@pytest.fixture
def reader(client: Client, alice: User, job: Job) -> Client:
    client.force_login(alice)
    return client


def poll_addresses(client: Client) -> tuple[str, str]:
    """Return the addresses polled by the page: of the machine, and of all jobs."""
    soup = BeautifulSoup(client.get(PAGE).content, "html.parser")
    addresses = {
        str(tag["id"]): str(tag["hx-get"]) for tag in soup.select("[hx-get][id]")
    }
    return addresses["machine"], addresses["running-jobs"]


def poll(client: Client, address: str) -> Any:
    return client.get(address, headers={"HX-Request": "true"})


def test_a_poll_without_changes_takes_few_queries_and_is_not_cached(
    reader: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    machine, running = poll_addresses(reader)

    with django_assert_num_queries(5):  # session, rights, job
        responses = [poll(reader, address) for address in (machine, running)]

    for response in responses:
        assert response.status_code == UNCHANGED
        assert response["Cache-Control"] == "private, no-store"
        assert response.content == b""


def test_a_new_log_line_is_a_change(reader: Client, job: Job) -> None:
    machine, _running = poll_addresses(reader)

    job.log = [[1, [0, 0], "message", "Half of it is done"]]
    job.changed_at = timezone.now()
    job.save()

    assert "Half of it is done" in poll(reader, machine).content.decode()


def test_another_minute_is_a_change(reader: Client, job: Job) -> None:
    machine, _running = poll_addresses(reader)

    job.submitted_at -= timedelta(minutes=1)
    job.save()

    assert "11 min ago" in poll(reader, machine).content.decode()


def test_a_refreshed_snapshot_is_a_change(
    reader: Client, cluster: Cluster, rapi: Any
) -> None:
    machine, _running = poll_addresses(reader)
    rapi.add("another1")
    assert refreshing.refresh(cluster, force=True)

    assert poll(reader, machine).status_code == HTTPStatus.OK


def test_the_end_of_the_job_is_a_change(reader: Client, job: Job) -> None:
    machine, running = poll_addresses(reader)
    row = f"{PAGE}poll?job={job.key}"
    assert poll(reader, row).status_code == UNCHANGED

    Job.objects.update(status=JobStatus.SUCCESS, finished_at=timezone.now())

    assert poll(reader, machine).status_code == HTTPStatus.OK
    assert poll(reader, row).status_code == HTTPStatus.OK
    assert poll(reader, running).status_code == HTTPStatus.OK


def test_a_job_polled_at_another_instance_gets_a_full_response(
    reader: Client, job: Job
) -> None:
    other_address = reverse("ganeti:instance-poll", args=("athens", "web2"))

    assert poll(reader, f"{other_address}?job={job.key}").status_code == HTTPStatus.OK


def test_a_poll_counts_as_use_of_the_session(reader: Client, job: Job) -> None:
    earlier = timezone.now() - timedelta(minutes=11)
    Session.objects.update(seen_at=earlier)

    poll(reader, f"{PAGE}poll?job={job.key}")

    assert Session.objects.get().seen_at > earlier


def test_a_poll_of_an_expired_session_is_redirected(reader: Client, job: Job) -> None:
    Session.objects.update(expire_date=timezone.now())

    response = poll(reader, f"{PAGE}poll?job={job.key}")

    assert response.status_code == HTTPStatus.FOUND


def test_polls_work_with_another_session_engine(
    client: Client, alice: User, job: Job, settings: Settings
) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    client.force_login(alice)

    response = poll(client, f"{PAGE}poll?job={job.key}")

    assert response.status_code == UNCHANGED
    assert not Session.objects.exists()
