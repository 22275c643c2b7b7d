"""Keys in Ganeti's reason trail."""

import pytest
from django.contrib.auth.models import User

from apps.ganeti.jobs.job_reason import key_in, reason_of
from apps.ganeti.models import Cluster, Job


@pytest.fixture
def job() -> Job:
    user = User(username="αλίκη")
    return Job(key="0f" * 16, cluster=Cluster(), kind="reboot", reason="", user=user)


def test_the_key_can_be_read_from_the_reason(job: Job) -> None:
    assert key_in(reason_of(job)) == job.key


def test_a_reason_is_ascii_for_greek_user_names(job: Job) -> None:
    assert reason_of(job).isascii()


@pytest.mark.parametrize("reason", ["", "maintenance", "ganetimgr", "other:0f0f x"])
def test_other_reasons_have_no_key(reason: str) -> None:
    assert key_in(reason) is None
