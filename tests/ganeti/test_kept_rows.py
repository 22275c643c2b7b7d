"""Rows that are kept are those that would be drawn now, for whoever reads them."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from apps.auditlog.entries import Acting
from apps.ganeti.display import kept_rows, row_templates
from apps.ganeti.display.instance_rows import COLUMNS, Row, Rows
from apps.ganeti.models import Cluster
from apps.ganeti.services import power
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import machine, seen_by

Change = Callable[[Cluster, FakeRapi, Acting], object]


def drawn(user: User) -> str:
    visible = seen_by(user)
    kept = kept_rows.draw(Rows(visible, visible.instances), COLUMNS)
    assert kept == row_templates.draw(Rows(visible, visible.instances), COLUMNS)
    return kept


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the instances whose rows had to be built."""
    names: list[str] = []
    build = Rows.row

    def row(rows: Rows, instance: object) -> Row:
        made = build(rows, instance)  # type: ignore[arg-type]  # as it comes
        names.append(made.name)
        return made

    monkeypatch.setattr(Rows, "row", row)
    return names


def built_for(user: User, built: list[str]) -> list[str]:
    """Return the instances whose rows somebody's page has to build."""
    visible = seen_by(user)
    built.clear()
    kept_rows.draw(Rows(visible, visible.instances), COLUMNS)
    return sorted(built)


def test_each_reader_gets_the_rows_of_their_rights(
    published: FakeRapi, alice: User, bob: User, olga: User, root: User
) -> None:
    for user in (root, olga, alice, bob, root, alice, olga, bob):
        drawn(user)

    assert "Shut down" in drawn(root)
    assert "Shut down" not in drawn(olga)
    assert "node1" in drawn(alice)


def test_languages_have_rows_of_their_own(published: FakeRapi, alice: User) -> None:
    english = drawn(alice)
    with translation.override("el"):
        assert drawn(alice) != english
    assert drawn(alice) == english


def owner_registers(*_about: object) -> None:
    User.objects.create_user("dave")


def group_is_locked(cluster: Cluster, rapi: FakeRapi, _by: Acting) -> None:
    rapi.groups["default"]["tags"].append("locked")
    refreshing.refresh(cluster, force=True)


def instance_changes(cluster: Cluster, rapi: FakeRapi, _by: Acting) -> None:
    rapi.change("web1", **{"be/vcpus": 7})
    refreshing.refresh(cluster, force=True)


def job_starts(cluster: Cluster, _rapi: FakeRapi, by: Acting) -> None:
    power.reboot(cluster, machine(cluster, "web1"), by=by)


def cluster_stops_responding(cluster: Cluster, rapi: FakeRapi, _by: Acting) -> None:
    rapi.go_down()
    refreshing.refresh(cluster, force=True)


def node_is_silent(cluster: Cluster, rapi: FakeRapi, _by: Acting) -> None:
    rapi.silent_nodes.add("node1")
    refreshing.refresh(cluster, force=True)


def cluster_becomes_read_only(cluster: Cluster, *_about: object) -> None:
    Cluster.objects.update(can_write=False)


@pytest.mark.parametrize(
    "change",
    [
        owner_registers,
        group_is_locked,
        instance_changes,
        job_starts,
        cluster_stops_responding,
        node_is_silent,
        cluster_becomes_read_only,
    ],
)
def test_rows_change_with_what_they_show(
    cluster: Cluster,
    published: FakeRapi,
    by_alice: Acting,
    alice: User,
    root: User,
    change: Change,
) -> None:
    before = drawn(alice), drawn(root)

    change(cluster, published, by_alice)

    assert (drawn(alice), drawn(root)) != before


def test_only_rows_that_changed_are_built_again(
    cluster: Cluster,
    published: FakeRapi,
    built: list[str],
    alice: User,
    by_alice: Acting,
) -> None:
    everything = built_for(alice, built)
    assert "web1" in everything
    assert built_for(alice, built) == []

    instance_changes(cluster, published, by_alice)
    assert built_for(alice, built) == ["web1"]
    job_starts(cluster, published, by_alice)
    assert built_for(alice, built) == ["web1"]
    assert built_for(alice, built) == ["web1"]


def test_no_more_rows_are_kept_than_fit(
    published: FakeRapi, alice: User, root: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_rows, "MOST_KEPT", 2)

    drawn(root)
    drawn(alice)

    assert len(kept_rows._KEPT) <= 2
