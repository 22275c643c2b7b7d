"""The history on an instance's page has the entries that the ORM selects."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.person import Person
from apps.auditlog import rows
from apps.auditlog.models import AuditEntry
from apps.auditlog.outcomes import Reach
from apps.auditlog.target import TargetKind
from apps.ganeti import access
from apps.ganeti.display.instance_history import LENGTH, history
from apps.ganeti.display.instance_page import Machine
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import inventory_of, machine

UUID = "uuid-of-web1"


def record(user: User, kind: TargetKind, target_id: str, **fields: object) -> None:
    """Write an entry, of one day ago unless ``days`` says otherwise."""
    days = fields.pop("days", 1)
    assert isinstance(days, int)
    entry = AuditEntry.objects.create(
        user=user,
        username=user.username,
        action="reboot",
        target_kind=kind,
        target_id=target_id,
        **fields,
    )
    at = timezone.now() - timedelta(days=days)
    AuditEntry.objects.filter(pk=entry.pk).update(created_at=at)


@pytest.fixture
def recorded(alice: User, carol: User) -> None:
    """Write entries of an owner and of a stranger, on this target and on others."""
    for user in (alice, carol):
        record(user, TargetKind.INSTANCE, UUID)
        record(user, TargetKind.INSTANCE, UUID, refused=True)
        record(user, TargetKind.INSTANCE, UUID, hidden=True)
        record(user, TargetKind.INSTANCE, UUID, days=100)
        record(user, TargetKind.INSTANCE, "")
        record(user, TargetKind.INSTANCE, "another")
        record(user, TargetKind.NODE, UUID)
        for number in ("1", "2", "3"):
            record(user, TargetKind.APPLICATION, number)


def by_the_orm(user: User, shown: Machine) -> list[int]:
    targets = shown.history_targets
    reach = Reach(
        everything=access.may_see_all_history(Person.of(user)),
        targets={TargetKind.INSTANCE: targets[TargetKind.INSTANCE]},
    )
    entries = AuditEntry.objects.about(targets).filter(
        rows.recent(), reach.condition(user), hidden=False
    )
    return list(entries.values_list("pk", flat=True)[:LENGTH])


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("applications", [(), ("1",), ("1", "2")])
@pytest.mark.parametrize("uuid", [UUID, ""])
@pytest.mark.parametrize("days", [0, 30])
def test_entries_are_those_of_the_orm(
    cluster: Cluster,
    rapi: FakeRapi,
    settings: Settings,
    alice: User,
    carol: User,
    olga: User,
    root: User,
    applications: tuple[str, ...],
    uuid: str,
    days: int,
) -> None:
    settings.AUDIT_ENTRIES_LAST_X_DAYS = days
    tags = [f"ganetimgr:application:{number}" for number in applications]
    rapi.change("web1", uuid=uuid, tags=["ganetimgr:user:alice", *tags])
    assert refreshing.refresh(cluster, force=True)
    instance = machine(cluster, "web1")
    assert instance.tags.applications == applications

    for user in (root, olga, alice, carol):
        shown = Machine(instance, inventory_of(user), None)
        entries = [row.entry.pk for row in history(user, shown)]
        assert entries == by_the_orm(user, shown), user.username
        assert bool(entries) == bool(uuid or applications), user.username
