from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.rapi.errors import RapiProtocolError
from apps.ganeti.rapi.query import (
    FieldStatus,
    any_of,
    any_present,
    at_least,
    equal,
    read_rows,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "fields"]), inner)
    ),
    max_leaves=8,
)


def test_filters_are_in_ganetis_format() -> None:
    assert equal("name", "a") == ["=", "name", "a"]
    assert any_of("id", [1, 2]) == ["|", ["=", "id", 1], ["=", "id", 2]]
    assert any_present("name", ["a"]) == ["&", ["|", ["=", "name", "a"]]]
    assert at_least("id", 7) == [">=", "id", 7]


def test_rows_have_values_and_statuses_by_name() -> None:
    answer = {"data": [[[0, "web1"], [4, None], [1, None]]]}

    row = read_rows(answer, ["name", "oper_ram", "new"])[0]

    assert dict(row) == {"name": "web1", "oper_ram": None, "new": None}
    assert row.status("name") is FieldStatus.NORMAL
    assert row.status("oper_ram") is FieldStatus.OFFLINE
    assert row.status("new") is FieldStatus.UNKNOWN
    assert row.status("not asked") is FieldStatus.UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "text",
        {},
        {"data": None},
        {"data": [[]]},
        {"data": [[[0, "a"]]]},
    ],
)
def test_malformed_rows_are_a_protocol_error(answer: Any) -> None:
    with pytest.raises(RapiProtocolError):
        read_rows(answer, ["one", "two"])


@pytest.mark.parametrize("status", [99, "status", [], 1.5])
def test_an_unknown_status_is_accepted(status: object) -> None:
    (row,) = read_rows({"data": [[[0, "a"], [status, None]]]}, ["one", "two"])

    assert row["one"] == "a"
    assert row.status("two") in {FieldStatus.NO_DATA, FieldStatus.NORMAL}


@given(json_values)
def test_arbitrary_answers_are_rows_or_a_protocol_error(answer: Any) -> None:
    try:
        rows = read_rows(answer, ["name"])
    except RapiProtocolError:
        return

    assert all(list(row) == ["name"] for row in rows)
