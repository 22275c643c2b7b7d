"""Reviewers, and applications of the users of the ganeti app's tests."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import Settings

from apps.applications.models import InstanceApplication
from apps.auditlog.entries import Acting
from apps.ganeti.domain.job import JobReport, JobStatus
from apps.ganeti.jobs import handlers, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.applications.applying import MANAGER
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.fixtures import ADDRESS

Make = Callable[..., InstanceApplication]
EndJob = Callable[..., None]


def _grant(user: User, codename: str) -> User:
    user.user_permissions.add(
        Permission.objects.get(
            content_type__app_label="applications", codename=codename
        )
    )
    return user


@pytest.fixture
def vera(db: None) -> User:
    """Create Vera, who may only view all applications."""
    user = User.objects.create_user("vera", "vera@example.org")
    return _grant(user, "view_applications")


@pytest.fixture
def rhea(db: None) -> User:
    """Create Rhea, who reviews applications."""
    user = User.objects.create_user("rhea", "rhea@example.org")
    return _grant(user, "change_instanceapplication")


@pytest.fixture
def make_application(alice: User) -> Make:
    """Return a function that files applications: alice's and pending, with changes.

    Each has a name of its own: new1.example.org, new2.example.org and so on.
    """
    count = 0

    def create(**changes: Any) -> InstanceApplication:
        nonlocal count
        count += 1
        fields: dict[str, Any] = {
            "applicant": alice,
            "hostname": f"new{count}.example.org",
            "memory_mib": 1024,
            "vcpus": 2,
            "disk_gib": 10,
            "operating_system": "debian",
        }
        return InstanceApplication.objects.create(**fields | changes)

    return create


@pytest.fixture
def application(make_application: Make) -> InstanceApplication:
    """Return alice's application that waits for review."""
    return make_application()


@pytest.fixture
def offered(settings: Settings) -> None:
    """Configure an image and a manager."""
    settings.MANAGERS = [("Manager", MANAGER)]
    settings.OPERATING_SYSTEMS = {
        "debian": {"description": "Debian 12", "provider": "image+default"}
    }


@pytest.fixture
def applicant(client: Client, alice: User, published: FakeRapi) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def by_rhea(rhea: User) -> Acting:
    return Acting(rhea, ADDRESS)


@pytest.fixture
def end_job(cluster: Cluster, published: FakeRapi) -> EndJob:
    """Return a function that ends a job as the watcher does."""

    def end(job: Job, status: JobStatus = JobStatus.SUCCESS, message: str = "") -> None:
        assert job.ganeti_id is not None
        published.finish(job.ganeti_id, "success" if status == "success" else "error")
        refreshing.refresh(cluster, force=True)
        assert tracking.finish(job, JobReport(job.ganeti_id, status, message=message))
        handlers.handle(job.pk)

    return end
