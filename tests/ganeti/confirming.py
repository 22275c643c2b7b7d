"""Pytest plugin: images, and requested actions up to the end of their jobs."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from apps.ganeti.domain.job import JobReport, JobStatus
from apps.ganeti.jobs import planned, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.conftest import Sent
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import url

IMAGES: dict[str, dict[str, Any]] = {
    "debian": {
        "description": "Debian 13",
        "provider": "image+default",
        "osparams": {"img_id": "debian-13", "img_format": "ext4"},
    },
    "fedora": {
        "description": "Fedora 42",
        "provider": "image+fedora",
        "osparams": {"img_id": "fedora-42"},
        "ssh_key_param": "img_ssh_key_url",
    },
}
LINK = re.compile(r"http://localhost:8000(/cluster/instance/destreinst/\S+/\w+/)")


@pytest.fixture
def images(settings: Settings) -> Iterator[None]:
    settings.OPERATING_SYSTEMS = IMAGES
    yield


def request_action(
    client: Client, user: User, action: str, name: str = "web1", **fields: str
) -> None:
    client.force_login(user)
    response = client.post(url(action, name), {"typed_name": name, **fields})
    assert response.status_code == 302, response.content.decode()


def newest_link(sent: Sent) -> str:
    """Return the link in the newest mail."""
    match = LINK.search(str(sent()[-1].body))
    assert match
    return match[1]


def link_for(
    client: Client, user: User, sent: Sent, action: str = "destroy", **fields: str
) -> str:
    request_action(client, user, action, **fields)
    return newest_link(sent)


def run_chain(cluster: Cluster, rapi: FakeRapi, *fails: str) -> list[str]:
    """Run all jobs to their end; return their actions. Those in ``fails`` fail."""
    actions = []
    for _ in range(6):
        planned.submit_planned()
        for job in Job.objects.submitted().exclude(ganeti_id=None):
            path = rapi.job(job.ganeti_id or 0).call.path
            actions.append(path.rpartition("/")[2])
            _finish(cluster, rapi, job, fails=actions[-1] in fails)
    return actions


def _finish(cluster: Cluster, rapi: FakeRapi, job: Job, *, fails: bool) -> None:
    if fails:
        rapi.fail(job.ganeti_id or 0, "Ganeti could not")
    else:
        rapi.finish(job.ganeti_id or 0)
    names = filter(None, (job.target_name, job.new_name))
    refreshing.refresh_instances(cluster, names)
    status = JobStatus.ERROR if fails else JobStatus.SUCCESS
    tracking.end_job(job, JobReport(job.ganeti_id or 0, status))
