"""Precompiled rows equal rows rendered by the template."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.accounts.person import Person
from apps.auditlog.entries import Acting
from apps.ganeti.display import row_templates
from apps.ganeti.display.instance_rows import (
    COLUMNS,
    NAME,
    InstanceRow,
    Mark,
    OwnerLink,
    Rows,
)
from apps.ganeti.models import Cluster
from apps.ganeti.reads import inventory
from apps.ganeti.reads.inventory import SORT_KEYS
from apps.ganeti.services import power
from apps.ganeti.state import refreshing
from apps.web.lists import Column
from tests.ganeti.fakes import STATUSES, FakeRapi
from tests.ganeti.state import machine

# Texts that could break markup or format strings; few, so that shapes repeat.
TEXTS = st.sampled_from(["", "web1", "a&b", "<b>", "'", '"', "%s", "%(x)s", "{0}", "Ω"])
OWNERS = st.builds(OwnerLink, TEXTS, st.booleans(), st.booleans(), TEXTS)
MARKS = st.builds(Mark, TEXTS, TEXTS, TEXTS)
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    bool: st.booleans(),
    tuple[OwnerLink, ...]: st.lists(OWNERS, max_size=2).map(tuple),
    tuple[Mark, ...]: st.lists(MARKS, max_size=2).map(tuple),
}
BY_VALUE: dict[Any, Any] = {
    str: "x",
    bool: True,
    tuple[OwnerLink, ...]: (),
    tuple[Mark, ...]: (),
}
ROWS = st.builds(
    InstanceRow, **{field.name: BY_TYPE[field.type] for field in fields(InstanceRow)}
)


def rendered(rows: Sequence[InstanceRow], columns: Sequence[Column]) -> str:
    """Render each row by the template."""
    show = dict.fromkeys((column.key for column in columns), True)
    contexts = [{"row": row, "show": show} for row in rows]
    return "".join(
        render_to_string(row_templates.TEMPLATE, context) for context in contexts
    )


@given(
    rows=st.lists(ROWS, max_size=6),
    columns=st.lists(st.sampled_from(COLUMNS), unique=True),
    language=st.sampled_from(["en", "el"]),
)
def test_rows_of_any_shape_equal_the_rendered_template(
    rows: list[InstanceRow], columns: list[Column], language: str
) -> None:
    with translation.override(language):
        assert row_templates.draw(rows, columns) == rendered(rows, columns)


@pytest.mark.parametrize("username", ["alice", "olga"])
def test_rows_of_a_cluster_equal_the_rendered_template(
    cluster: Cluster, rapi: FakeRapi, by_alice: Acting, olga: User, username: str
) -> None:
    for number, status in enumerate(STATUSES):
        tags = [f"ganetimgr:{tag}" for tag in ("user:alice", "isolate", "group:x")]
        rapi.add(f"m{number}", status=status, tags=tags[: 1 + number % 3])
    assert refreshing.refresh(cluster, force=True)
    power.reboot(cluster, machine(cluster, "web1"), by=by_alice)

    visible = inventory.visible(Person.of(User.objects.get(username=username)))
    rows = list(Rows(visible, visible.instances))

    assert len(rows) >= len(STATUSES)
    assert row_templates.draw(rows, COLUMNS) == rendered(rows, COLUMNS)


@dataclass(slots=True)
class WiderRow(InstanceRow):
    """A row with two additional columns."""

    hypervisor: str
    disks: int


def test_a_new_column_shows_each_row_its_own_value(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_templates, "_COMPILED", {})
    path = tmp_path / row_templates.TEMPLATE
    path.parent.mkdir(parents=True)
    path.write_text("{{ row.name }}: {{ row.hypervisor }}, {{ row.disks }} disks\n")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    common = {field.name: BY_VALUE[field.type] for field in fields(InstanceRow)}

    rows = [
        WiderRow(**common, hypervisor="kvm", disks=1),
        WiderRow(**common, hypervisor="xen-pvm", disks=1),
        WiderRow(**common, hypervisor="xen-pvm", disks=2),
    ]

    assert row_templates.draw(rows, []).splitlines() == [
        "x: kvm, 1 disks",
        "x: xen-pvm, 1 disks",
        "x: xen-pvm, 2 disks",
    ]


def test_sort_keys_are_those_of_the_columns() -> None:
    assert SORT_KEYS.keys() == {NAME.key, *(column.key for column in COLUMNS)}


def test_names_of_clusters_may_look_like_placeholders(
    cluster: Cluster, rapi: FakeRapi, alice: User
) -> None:
    Cluster.objects.update(slug="a_n_b")
    cluster.refresh_from_db()
    assert refreshing.refresh(cluster, force=True)
    visible = inventory.visible(Person.of(alice))

    urls = {row.name: row.url for row in Rows(visible, visible.instances)}

    assert urls["web1"] == reverse("ganeti:instance-detail", args=("a_n_b", "web1"))
