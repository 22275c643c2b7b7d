import logging
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganetimgr.caches import messagepack
from ganetimgr.caches.messagepack import UNREADABLE, decode, encode

VALUES = (
    None,
    True,
    -7,
    0.5,
    "Αθήνα",
    b"\x80\x04",
    [1, ["two"]],
    {"title": "News", "items": []},
    datetime(2026, 11, 26, 12, 30, 0, 5, UTC),
)


@pytest.mark.parametrize("value", VALUES)
def test_plain_values_round_trip(value: object) -> None:
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x01\x01", id="more than one value"),
        pytest.param(b"\xa1\xff", id="no UTF-8"),
        pytest.param(b"\xdd\xff\xff\xff\xff", id="four billion items announced"),
        pytest.param(b"\xc6\xff\xff\xff\xff", id="four gigabytes announced"),
        pytest.param(b"\x91" * 1_000_000, id="nested a million times"),
        pytest.param(b"\xc7\x01\x05a", id="extension"),
        pytest.param(b"\x81\x80\x01", id="unhashable key"),
        pytest.param(pickle.dumps({"a": 1}), id="pickle"),
    ],
)
def test_unreadable_data_is_logged(
    data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert decode(data) is UNREADABLE

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "counts as missing" in record.getMessage()


def test_a_value_that_is_too_long_is_not_even_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = encode("x" * 100)
    monkeypatch.setattr(messagepack, "MAX_BYTES", len(data) - 1)

    assert decode(data) is UNREADABLE


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_unreadable(data: bytes) -> None:
    decode(data)
