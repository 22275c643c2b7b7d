"""Dry runs of a creation before accepting."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.applications.models import InstanceApplication
from apps.applications.states import Status
from apps.ganeti.models import Job
from tests.applications.review.sending import fresh, post
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, text


@pytest.mark.usefixtures("offering")
def test_a_dry_run_is_submitted_and_changes_nothing(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi
) -> None:
    response = post(reviewer, application, "try", memory_mib="2048")

    page = markup(response)
    (job,) = rapi.jobs
    assert job.call.query["dry-run"] == 1
    assert job.call.body["beparams"]["memory"] == 2048
    assert (fresh(application).status, fresh(application).memory_mib) == (
        Status.PENDING,
        1024,
    )
    assert "Dry run on" in page
    assert 'value="2048"' in page
    dry_run = Job.objects.get(kind=Job.Kind.TRY_CREATE)
    assert reverse("applications:trial", args=[dry_run.key]) in page


def _end_dry_run(message: str = "", status: str = "error") -> Job:
    dry_run = Job.objects.get(kind=Job.Kind.TRY_CREATE)
    dry_run.status, dry_run.message = status, message
    dry_run.save()
    return dry_run


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        (
            "Request failed: Group default (preferred): No valid allocation FailMem: 3",
            "No node has enough free memory.",
        ),
        (
            "Instance allocation to group x violates policy: disk-size/0 value 2",
            "Its size is outside the limits of the node group's policy.",
        ),
        (
            "Instance 'a.b' is already in the cluster",
            "A machine with this name already exists on the cluster.",
        ),
        ("Something <else>", "See the message from Ganeti."),
    ],
)
def test_a_failed_dry_run_explains_the_message_of_ganeti(
    reviewer: Client, application: InstanceApplication, message: str, meaning: str
) -> None:
    post(reviewer, application, "try")
    dry_run = _end_dry_run(message)

    part = reviewer.get(reverse("applications:trial", args=[dry_run.key]))

    content = text(markup(part))
    assert "can't build" in content
    assert meaning in content
    assert message in content
    assert "every 1s" not in markup(part)


@pytest.mark.usefixtures("offering")
def test_the_result_of_a_dry_run_is_shown_without_javascript(
    reviewer: Client, application: InstanceApplication
) -> None:
    post(reviewer, application, "try", memory_mib="2048")
    dry_run = _end_dry_run(status="success")

    page = markup(
        post(reviewer, application, "show", memory_mib="2048", trial=dry_run.key)
    )

    assert "can build" in page
    assert 'value="2048"' in page


@pytest.mark.usefixtures("offering")
def test_an_unreachable_cluster_is_reported(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi
) -> None:
    rapi.go_down()

    response = post(reviewer, application, "try")

    assert "Dry run failed: It refuses connections." in text(markup(response))


@pytest.mark.usefixtures("offering")
def test_jobs_of_other_kinds_are_not_found(
    reviewer: Client, application: InstanceApplication
) -> None:
    post(reviewer, application, "accept")
    job = Job.objects.get()

    response = reviewer.get(reverse("applications:trial", args=[job.key]))

    assert response.status_code == 404
