import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from apps.work import typed_cache
from apps.work.aware_datetime import AwareDatetime
from apps.work.typed_cache import TypedCache, TypeMismatchError


@dataclass(frozen=True)
class Reading:
    name: str
    degrees: tuple[float, ...]
    at: AwareDatetime | None = None


READINGS = TypedCache(Reading)
READING = Reading("Αθήνα", (1.5, 2.0), datetime(2026, 11, 26, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_a_value_is_read_as_it_was_saved() -> None:
    READINGS.set("a", READING)

    assert READINGS.get("a") == READING
    assert READINGS.get_many(["a", "b"]) == {"a": READING}
    assert READINGS.get("b") is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param("text", "Expected bytes", id="no bytes"),
        pytest.param(b"", "Truncated", id="empty"),
        pytest.param(b"cos\nsystem\n", "Error -3", id="not compressed"),
        pytest.param(zlib.compress(b"\xff" * 9), "Expected `object`", id="garbage"),
        pytest.param(
            READINGS.encode(Reading("a", ("hot",))),  # type: ignore[arg-type]
            r"Expected `float`, got `str` - at `\$.degrees",
            id="wrong type inside",
        ),
        pytest.param(
            READINGS.encode(Reading("a", (), datetime(2026, 1, 1))),  # noqa: DTZ001
            "timezone",
            id="a time without a zone",
        ),
        pytest.param(zlib.compress(b"\x91" * 100_000), "Expected", id="nested"),
    ],
)
def test_values_of_another_type_count_as_missing(
    data: object, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    cache.set("a", data)
    READINGS.set("b", READING)

    assert READINGS.get_many(["a", "b"]) == {"b": READING}
    assert caplog.text.count("a is unreadable, it counts as missing") == 1
    assert not cache.has_key("a")
    with pytest.raises(TypeMismatchError, match=reason):
        READINGS.decode(data)


def test_values_beyond_the_size_limit_are_not_decompressed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(typed_cache, "MAX_BYTES", 1000)
    data = zlib.compress(msgspec.msgpack.encode({"name": "x" * 1000, "degrees": []}))

    with pytest.raises(TypeMismatchError, match="longer than 1,000"):
        READINGS.decode(data)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(Reading("a", (None,)), id="wrong type"),  # type: ignore[arg-type]
        pytest.param(Reading("\ud800", ()), id="no Unicode"),
        pytest.param(Reading("a", (2**70,)), id="too large"),
        pytest.param(Reading("a", (object(),)), id="no value"),  # type: ignore[arg-type]
    ],
)
def test_values_that_cannot_be_read_again_are_not_saved(value: Reading) -> None:
    READINGS.set("a", READING)

    with pytest.raises(TypeMismatchError):
        READINGS.set("a", value)

    assert READINGS.get("a") == READING


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_a_value_or_a_mismatch(data: bytes) -> None:
    for stored in (data, zlib.compress(data)):
        try:
            assert isinstance(READINGS.decode(stored), Reading)
        except TypeMismatchError:
            continue
