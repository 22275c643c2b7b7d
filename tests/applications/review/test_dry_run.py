"""Before it is accepted, Ganeti says whether it would build it."""

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
def test_a_trial_asks_ganeti_and_changes_nothing(
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
    trial = Job.objects.get(kind=Job.Kind.TRY_CREATE)
    assert reverse("applications:trial", args=[trial.key]) in page


def _ended(message: str = "", status: str = "error") -> Job:
    trial = Job.objects.get(kind=Job.Kind.TRY_CREATE)
    trial.status, trial.message = status, message
    trial.save()
    return trial


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
def test_a_trial_says_in_words_what_ganeti_says(
    reviewer: Client, application: InstanceApplication, message: str, meaning: str
) -> None:
    post(reviewer, application, "try")
    trial = _ended(message)

    part = reviewer.get(reverse("applications:trial", args=[trial.key]))

    said = text(markup(part))
    assert "can't build" in said
    assert meaning in said
    assert message in said
    assert "every 1s" not in markup(part)


@pytest.mark.usefixtures("offering")
def test_without_javascript_the_trial_is_looked_at_again(
    reviewer: Client, application: InstanceApplication
) -> None:
    post(reviewer, application, "try", memory_mib="2048")
    trial = _ended(status="success")

    page = markup(
        post(reviewer, application, "show", memory_mib="2048", trial=trial.key)
    )

    assert "can build" in page
    assert 'value="2048"' in page


@pytest.mark.usefixtures("offering")
def test_a_trial_that_is_not_taken_says_so(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi
) -> None:
    rapi.go_down()

    response = post(reviewer, application, "try")

    assert "Dry run failed: It refused the connection." in text(markup(response))


@pytest.mark.usefixtures("offering")
def test_other_jobs_are_no_trials(
    reviewer: Client, application: InstanceApplication
) -> None:
    post(reviewer, application, "accept")
    job = Job.objects.get()

    response = reviewer.get(reverse("applications:trial", args=[job.key]))

    assert response.status_code == 404
