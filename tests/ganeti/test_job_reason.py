"""What travels in Ganeti's reason trail."""

import pytest
from django.contrib.auth.models import User

from apps.ganeti.jobs.job_reason import key_in, reason_of
from apps.ganeti.models import Cluster, Job


@pytest.fixture
def job() -> Job:
    user = User(username="αλίκη")
    return Job(key="0f" * 16, cluster=Cluster(), kind="reboot", reason="", user=user)


def test_the_key_is_found_again_in_the_reason(job: Job) -> None:
    assert key_in(reason_of(job)) == job.key


def test_a_greek_user_name_travels_in_ascii(job: Job) -> None:
    assert reason_of(job).isascii()


@pytest.mark.parametrize("reason", ["", "maintenance", "ganetimgr", "other:0f0f x"])
def test_reasons_of_others_have_no_key(reason: str) -> None:
    assert key_in(reason) is None
