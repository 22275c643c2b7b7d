import json
import time
from types import SimpleNamespace
from typing import Any, cast

import greenstalk
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.ganeti.jobs import wakeups
from apps.ganeti.models import Cluster, Job
from tests.services import free_port, wait_until


def message(body: str) -> "greenstalk.Job[bytes]":
    return cast("greenstalk.Job[bytes]", SimpleNamespace(id=1, body=body.encode()))


@pytest.fixture
def job(cluster: Cluster) -> Job:
    return Job.objects.create(
        key="k", cluster=cluster, kind=Job.Kind.REBOOT, target_name="web1"
    )


def test_a_message_has_the_key_of_the_job() -> None:
    assert wakeups.parse(message('{"job": 7}')).job_pk == 7


@pytest.mark.parametrize(
    "body", ["", "job 7", "[]", "7", "null", "{}", '{"job": "7"}', '{"job": true}']
)
def test_a_malformed_message_is_refused(body: str) -> None:
    with pytest.raises(wakeups.MalformedError):
        wakeups.parse(message(body))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["job", "x"]), inner)
    ),
    max_leaves=5,
)


@given(st.text(max_size=30) | json_values.map(json.dumps))
def test_arbitrary_messages_are_read_or_malformed(body: str) -> None:
    try:
        wakeup = wakeups.parse(message(body))
    except wakeups.MalformedError:
        return

    assert json.loads(body)["job"] == wakeup.job_pk


def test_a_wake_up_reaches_the_tube(tube: Any, job: Job) -> None:
    wakeups.wake(job)

    reserved = tube.reserve(timeout=5)
    assert wakeups.parse(reserved).job_pk == job.pk


def test_no_message_is_sent_without_an_address(job: Job, settings: Settings) -> None:
    settings.BEANSTALK_URL = ""

    wakeups.wake(job)

    assert not wakeups.is_configured()


def test_a_wake_up_without_beanstalkd_is_logged_without_delay(
    job: Job, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BEANSTALK_URL = f"beanstalk://127.0.0.1:{free_port()}"
    started = time.monotonic()

    wakeups.wake(job)

    assert time.monotonic() - started < 0.5
    wait_until(lambda: "not announced" in caplog.text, 5, "a line in the log")


@pytest.mark.parametrize("url", ["nonsense", "beanstalk://", "beanstalk://[::1]:1"])
def test_a_wake_up_with_an_invalid_address_is_ignored(
    job: Job, settings: Settings, url: str
) -> None:
    settings.BEANSTALK_URL = url

    wakeups.wake(job)
