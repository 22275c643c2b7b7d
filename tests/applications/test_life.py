"""The table of an application's life holds, and the services go each of its ways."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_django import Settings

from apps.applications import services, states
from apps.applications.models import ApplicationQuerySet, InstanceApplication
from apps.applications.services import building, filing, reviewing
from apps.applications.services.building import NotSubmitted
from apps.applications.states import FOLLOWS, Status
from apps.auditlog.entries import Acting
from apps.ganeti.domain.job import JobReport, JobStatus
from apps.ganeti.jobs import tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.applications.conftest import EndJob, Make
from tests.ganeti.fakes import FakeRapi

Row = tuple[Status, Status, str]
Transition = tuple[Status, Status]


def table() -> list[Row]:
    """Return the table of the docstring: from, to, function."""
    assert states.__doc__
    lines = states.__doc__.split("======\n")[2].splitlines()
    cells = [line.split()[:3] for line in lines if not line.startswith("=")]
    return [(Status(old), Status(new), function) for old, new, function in cells]


@dataclass
class Life:
    """An application, and what can happen to it."""

    application: InstanceApplication
    by: Acting
    end_job: EndJob
    published: FakeRapi

    def accept(self) -> None:
        names = reviewing.REVIEWED_FIELDS
        decided = {name: getattr(self.application, name) for name in names}
        reviewing.accept(self.application, decided, by=self.by)

    def refuse(self) -> None:
        reviewing.refuse(self.application, "Too large.", "", by=self.by)

    def discard(self) -> None:
        reviewing.discard(self.application, "", by=self.by)

    def withdraw(self) -> None:
        filing.withdraw(self.application, by=Acting(self.application.applicant, None))

    def submit(self) -> Job:
        return building.submit(self.application, by=self.by)

    def submit_to_closed_cluster(self) -> None:
        Cluster.objects.update(disable_instance_creation=True)
        self.application.refresh_from_db()
        with pytest.raises(NotSubmitted):
            self.submit()

    def build(self) -> None:
        self.end_job(self.submit())

    def fail(self) -> None:
        self.end_job(self.submit(), JobStatus.ERROR)

    def start(self) -> Job:
        job = self.submit()
        assert job.ganeti_id is not None
        tracking.progress(job, JobReport(job.ganeti_id, JobStatus.RUNNING))
        return job

    def start_and_build(self) -> None:
        self.end_job(self.start())

    def start_and_fail(self) -> None:
        self.end_job(self.start(), JobStatus.ERROR)

    def fail_to_remove(self) -> None:
        tag = f"ganetimgr:application:{self.application.pk}"
        self.published.add(self.application.hostname, tags=[tag])
        refreshing.refresh(Cluster.objects.get(), force=True)
        self.fail()


# What brings about each row of the table, from where an application begins.
WAYS: dict[Row, tuple[Status, Callable[[Life], Any]]] = {
    (Status.PENDING, Status.WITHDRAWN, "filing.withdraw"): (
        Status.PENDING,
        Life.withdraw,
    ),
    (Status.APPROVED, Status.SUBMITTED, "building.submit"): (
        Status.APPROVED,
        Life.submit,
    ),
    (Status.APPROVED, Status.FAILED, "building.submit"): (
        Status.APPROVED,
        Life.submit_to_closed_cluster,
    ),
    (Status.SUBMITTED, Status.PROCESSING, "build_outcomes.on_build_started"): (
        Status.APPROVED,
        Life.start,
    ),
    (Status.SUBMITTED, Status.CREATED, "build_outcomes.on_build_finished"): (
        Status.APPROVED,
        Life.build,
    ),
    (Status.SUBMITTED, Status.FAILED, "build_outcomes.on_build_finished"): (
        Status.APPROVED,
        Life.fail,
    ),
    (Status.SUBMITTED, Status.FAILED, "build_outcomes.on_removal_finished"): (
        Status.APPROVED,
        Life.fail_to_remove,
    ),
    (Status.PROCESSING, Status.CREATED, "build_outcomes.on_build_finished"): (
        Status.APPROVED,
        Life.start_and_build,
    ),
    (Status.PROCESSING, Status.FAILED, "build_outcomes.on_build_finished"): (
        Status.APPROVED,
        Life.start_and_fail,
    ),
}
for reviewable in (Status.PENDING, Status.FAILED):
    WAYS |= {
        (reviewable, Status.APPROVED, "reviewing.accept"): (reviewable, Life.accept),
        (reviewable, Status.REFUSED, "reviewing.refuse"): (reviewable, Life.refuse),
        (reviewable, Status.DISCARDED, "reviewing.discard"): (
            reviewable,
            Life.discard,
        ),
    }


@pytest.fixture
def transitions(monkeypatch: pytest.MonkeyPatch) -> list[Transition]:
    """Return the list of transitions that will have been made."""
    made: list[Transition] = []
    advance = ApplicationQuerySet.advance

    def record(
        queryset: ApplicationQuerySet,
        application: InstanceApplication,
        to: Status,
        **changes: Any,
    ) -> None:
        previous = Status(application.status)
        advance(queryset, application, to, **changes)
        made.append((previous, to))

    monkeypatch.setattr(ApplicationQuerySet, "advance", record)
    return made


def test_the_table_has_every_transition_and_no_other() -> None:
    allowed = {(old, new) for old, successors in FOLLOWS.items() for new in successors}

    assert {(old, new) for old, new, _function in table()} == allowed
    assert len(table()) == len(set(table()))


def test_the_table_names_functions_that_exist() -> None:
    for _old, _new, name in table():
        module, function = name.split(".")
        assert callable(getattr(getattr(services, module), function))


def test_every_row_of_the_table_is_walked() -> None:
    assert set(WAYS) == set(table())


@pytest.mark.parametrize("row", WAYS, ids="-".join)
def test_a_row_of_the_table_is_what_happens(
    row: Row,
    make_application: Make,
    cluster: Cluster,
    published: FakeRapi,
    offered: None,
    by_rhea: Acting,
    end_job: EndJob,
    transitions: list[Transition],
    settings: Settings,
) -> None:
    old, new, _function = row
    start, happen = WAYS[row]
    application = make_application(
        hostname="new1", status=start, cluster=cluster, disk_template="plain"
    )

    happen(Life(application, by_rhea, end_job, published))

    assert (old, new) in transitions
    application.refresh_from_db()
    assert application.status == transitions[-1][1]
