"""The page and the row of a machine while and after a job runs."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Cluster, Job
from tests.ganeti.pages import markup, notices, page, rows, text, url

HTMX = {"HX-Request": "true"}


def create_job(cluster: Cluster, name: str, status: JobStatus, **fields: object) -> Job:
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


@pytest.mark.usefixtures("published")
def test_a_busy_page_shows_the_job_and_polls(
    client: Client, alice: User, cluster: Cluster
) -> None:
    log = [[1, "2026-01-01T00:00:00+00:00", "Rebooting <web1>"]]
    create_job(cluster, "web1", JobStatus.RUNNING, ganeti_id=17, log=log)
    client.force_login(alice)

    html = page(client)

    assert 'hx-trigger="every 2s"' in html
    assert "Rebooting &lt;web1&gt;" in html
    assert "Ganeti job 17" in text(html)
    assert "Another job is already running on it." in text(html)


@pytest.mark.usefixtures("published")
def test_the_last_poll_shows_the_outcome_and_stops_polling(
    client: Client, alice: User, cluster: Cluster
) -> None:
    job = create_job(cluster, "web1", JobStatus.RUNNING)
    client.force_login(alice)
    running_page = markup(client.get(f"{url('poll')}?as=page", headers=HTMX))
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.SUCCESS, busy_key=None, finished_at=job.submitted_at
    )

    finished_page = markup(client.get(f"{url('poll')}?as=page", headers=HTMX))

    assert "every 2s" in running_page
    assert 'id="history"' not in running_page
    assert "every" not in finished_page
    assert "Rebooted" in text(finished_page)
    assert 'id="history"' in finished_page


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("status", "explanation"),
    [
        (JobStatus.ERROR, "The job failed."),
        (JobStatus.LOST, "Ganeti discarded the job"),
        (JobStatus.NOT_SUBMITTED, "couldn't be reached"),
        (JobStatus.REFUSED, "didn't accept the job"),
        (JobStatus.CANCELED, "was cancelled"),
    ],
)
def test_a_failure_is_shown_with_ganetis_message(
    client: Client, alice: User, cluster: Cluster, status: JobStatus, explanation: str
) -> None:
    job = create_job(cluster, "web1", status, message="Disk <sda> is degraded")
    Job.objects.update(finished_at=job.submitted_at)
    client.force_login(alice)

    html = page(client)

    assert "Reboot failed" in text(html)
    assert explanation in text(html)
    assert "Disk &lt;sda&gt; is degraded" in html


@pytest.mark.usefixtures("published")
def test_a_row_polls_until_its_job_fails_and_reports_it(
    client: Client, alice: User, cluster: Cluster
) -> None:
    job = create_job(cluster, "web1", JobStatus.RUNNING)
    client.force_login(alice)
    poll = f"{url('poll')}?job={job.key}"

    running_response = client.get(poll, headers=HTMX)
    Job.objects.update(
        status=JobStatus.ERROR, busy_key=None, finished_at=job.submitted_at
    )
    failed_response = client.get(poll, headers=HTMX)

    assert (running_response.status_code, running_response.content) == (204, b""), (
        "stays as it is"
    )
    assert not rows(failed_response)["web1"].polls
    assert notices(failed_response) == ["web1: Reboot failed. See why"]


@pytest.mark.usefixtures("published")
def test_a_busy_row_has_its_polling_address(
    client: Client, alice: User, cluster: Cluster
) -> None:
    job = create_job(cluster, "web1", JobStatus.QUEUED, user=alice)
    client.force_login(alice)

    table_rows = rows(client.get(reverse("ganeti:instance-list")))

    assert 'title="hard reboot, alice"' in table_rows["web1"].markup
    assert f'hx-get="{url("poll")}?job={job.key}"' in table_rows["web1"].markup
    assert not table_rows["web2"].polls


@pytest.mark.usefixtures("published")
def test_the_indicator_polls_while_own_jobs_run(
    client: Client, alice: User, bob: User, cluster: Cluster
) -> None:
    indicator = reverse("ganeti:jobs-running")
    create_job(cluster, "web1", JobStatus.RUNNING, user=alice)
    client.force_login(alice)
    owner_page = markup(client.get(indicator))
    client.force_login(bob)
    other_page = markup(client.get(indicator))

    assert "every 10s" in owner_page
    assert "every" not in other_page
