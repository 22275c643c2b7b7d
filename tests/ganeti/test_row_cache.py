"""Cached rows of the list equal rows that are drawn anew."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from apps.auditlog.entries import Acting
from apps.ganeti.display import row_cache, row_templates
from apps.ganeti.display.instance_rows import COLUMNS, InstanceRow, Rows
from apps.ganeti.models import Cluster
from apps.ganeti.services import power
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import inventory_of, machine

Change = Callable[[Cluster, FakeRapi, Acting], object]


@pytest.fixture(autouse=True)
def empty_row_cache() -> None:
    """Start each test without the rows of other tests, whose instances are equal."""
    row_cache.forget()


def draw_list(user: User) -> str:
    visible = inventory_of(user)
    html = row_cache.draw(Rows(visible, visible.instances), COLUMNS)
    assert html == row_templates.draw(Rows(visible, visible.instances), COLUMNS)
    return html


@pytest.fixture
def built_names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the instances whose rows had to be built."""
    names: list[str] = []
    build = Rows.row

    def row(rows: Rows, instance: object) -> InstanceRow:
        new_row = build(rows, instance)  # type: ignore[arg-type]
        names.append(new_row.name)
        return new_row

    monkeypatch.setattr(Rows, "row", row)
    return names


def names_built_for(user: User, built_names: list[str]) -> list[str]:
    """Return the names of the instances whose rows a page of the user builds."""
    visible = inventory_of(user)
    built_names.clear()
    row_cache.draw(Rows(visible, visible.instances), COLUMNS)
    return sorted(built_names)


def test_rows_depend_on_the_rights_of_the_user(
    published: FakeRapi, alice: User, bob: User, olga: User, root: User
) -> None:
    for user in (root, olga, alice, bob, root, alice, olga, bob):
        draw_list(user)

    assert "Shut down" in draw_list(root)
    assert "Shut down" not in draw_list(olga)
    assert "node1" in draw_list(alice)


def test_rows_depend_on_the_language(published: FakeRapi, alice: User) -> None:
    english = draw_list(alice)
    with translation.override("el"):
        assert draw_list(alice) != english
    assert draw_list(alice) == english


def owner_registers(*_args: object) -> None:
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


def cluster_becomes_read_only(cluster: Cluster, *_args: object) -> None:
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
    previous = draw_list(alice), draw_list(root)

    change(cluster, published, by_alice)

    assert (draw_list(alice), draw_list(root)) != previous


def test_only_rows_that_changed_are_built_again(
    cluster: Cluster,
    published: FakeRapi,
    built_names: list[str],
    alice: User,
    by_alice: Acting,
) -> None:
    everything = names_built_for(alice, built_names)
    assert "web1" in everything
    assert names_built_for(alice, built_names) == []

    instance_changes(cluster, published, by_alice)
    assert names_built_for(alice, built_names) == ["web1"]
    job_starts(cluster, published, by_alice)
    assert names_built_for(alice, built_names) == ["web1"]
    assert names_built_for(alice, built_names) == ["web1"]


def test_the_number_of_cached_rows_is_limited(
    published: FakeRapi, alice: User, root: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_cache, "MAX_ROWS", 2)

    draw_list(root)
    draw_list(alice)

    assert len(row_cache._CACHE) <= 2
