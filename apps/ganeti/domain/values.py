"""Strict parsing of the values in Ganeti's answers.

An answer is JSON, so any value may occur anywhere: a name that is a list, a time in the
year 10 to the 18. These functions return what their types promise or raise
UnreadableError, so that the caller can skip that row alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

from ..rapi.query import ResultRow

Values: TypeAlias = Mapping[str, Any]
Scalar: TypeAlias = str | int | float | None

# Of names, tags and the like; of a UUID; of a disk template.
MAX_LENGTH = 255
MAX_UUID_LENGTH = 36
MAX_TEMPLATE_LENGTH = 32
# Of a hypervisor parameter, such as kernel arguments.
MAX_PARAMETER_LENGTH = 10_000
# The largest integer that every JSON parser keeps exactly.
MAX_INTEGER = 2**53
# The year 9999 less a day, so that it exists in every time zone.
MAX_TIMESTAMP = 253_402_214_400


class UnreadableError(ValueError):
    """A value that the field cannot have; the message names the field."""

    def __init__(self, field: str, value: object) -> None:
        super().__init__(f"{field}: {describe(value)}")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An object of a cluster that could not be parsed, and why."""

    kind: str  # instance, node, group, network or cluster
    name: str  # empty if that is unreadable too
    reason: str


Item = TypeVar("Item")


def read_all(
    kind: str, rows: Iterable[Any], read: Callable[[Values], Item]
) -> tuple[list[Item], list[Unreadable]]:
    """Parse rows of one kind of object; return the objects, and the unreadable ones."""
    items: list[Item] = []
    unreadable: list[Unreadable] = []
    for row in rows:
        try:
            items.append(read(_as_mapping(row, kind)))
        except UnreadableError as exc:
            unreadable.append(Unreadable(kind, name_if_readable(row), str(exc)))
    return items, unreadable


def by_name(rows: Iterable[Values]) -> dict[str, Values]:
    """Return rows by the names of their objects, without those that have none."""
    pairs = ((name_if_readable(row), row) for row in rows)
    return {key: row for key, row in pairs if key}


def describe(value: object) -> str:
    """Return a value as text for a log message, at most 60 characters."""
    if isinstance(value, str | int | float | bool | None):
        text = repr(value) if _is_printable_number(value) else "a number"
    else:
        text = type(value).__name__
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_printable_number(value: object) -> bool:
    # Python refuses to print integers of thousands of digits.
    return not isinstance(value, int) or abs(value) < 10**50


def name(row: Values, field: str = "name") -> str:
    """Return the name of an object: text without slashes or control characters."""
    value = text(row, field)
    if not value or "/" in value or not value.isprintable():
        raise UnreadableError(field, value)
    return value


def name_if_readable(row: object) -> str:
    """Return the name of an object, or "" if it has none."""
    try:
        return name(row) if isinstance(row, Mapping) else ""
    except UnreadableError:
        return ""


def text(row: Values, field: str, max_length: int = MAX_LENGTH) -> str:
    """Return text, "" for no value."""
    value = row.get(field)
    if type(value) is str and len(value) <= max_length and value.isascii():
        return value  # nearly always; there are ten thousand rows with twenty texts
    return "" if value is None else _text(value, field, max_length)


def uuid(row: Values) -> str:
    return text(row, "uuid", MAX_UUID_LENGTH)


def text_fields(row: Values, fields: Iterable[str]) -> list[str]:
    """Return the texts of several fields; faster than one by one for many rows."""
    return [
        value
        if type(value := row.get(field)) is str
        and len(value) <= MAX_LENGTH
        and value.isascii()
        else text(row, field)
        for field in fields
    ]


def texts(row: Values, field: str, max_length: int = MAX_LENGTH) -> tuple[str, ...]:
    """Return a list of texts, empty for no value."""
    values = row.get(field)
    return tuple(
        [
            value
            if type(value) is str and len(value) <= max_length and value.isascii()
            else _text(value, field, max_length)
            for value in (values if type(values) is list else items(row, field))
        ]
    )


def optional_texts(row: Values, field: str) -> tuple[str, ...]:
    """Return a list of texts, "" for each missing one."""
    values = row.get(field)
    return tuple(
        [
            value
            if type(value) is str and len(value) <= MAX_LENGTH and value.isascii()
            else ("" if value is None else _text(value, field))
            for value in (values if type(values) is list else items(row, field))
        ]
    )


def items(row: Values, field: str) -> Sequence[Any]:
    """Return a list of anything, empty for no value."""
    value = row.get(field)
    if isinstance(value, list | tuple):
        return value
    if value is None:
        return ()
    raise UnreadableError(field, value)


def mapping(row: Values, field: str) -> Values:
    """Return a JSON object, empty for no value."""
    value = row.get(field)
    return {} if value is None else _as_mapping(value, field)


def integer(row: Values, field: str) -> int | None:
    """Return an integer, or None for no value."""
    value = row.get(field)
    if type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER:
        return value
    return None if value is None else _integer(value, field)


def integers(row: Values, field: str) -> tuple[int, ...]:
    """Return a list of integers, 0 for each missing one."""
    return tuple(
        [0 if value is None else _integer(value, field) for value in items(row, field)]
    )


def boolean(row: Values, field: str) -> bool | None:
    """Return a boolean, or None for no value."""
    value = row.get(field)
    if value is None or isinstance(value, bool):
        return value
    raise UnreadableError(field, value)


def scalars(row: Values, fields: Mapping[str, str]) -> list[tuple[str, Any]]:
    """Return texts, numbers and booleans as (name, value), for fields by name.

    Fields without a value are omitted.
    """
    return [
        (
            parameter,
            value
            if type(value) is str
            and len(value) <= MAX_PARAMETER_LENGTH
            and value.isascii()
            else _scalar(value, field),
        )
        for parameter, field in fields.items()
        if (value := row.get(field)) is not None
    ]


def _scalar(value: object, field: str) -> Scalar:
    if value is True or value is False:
        return value
    if isinstance(value, str):
        return _text(value, field, MAX_PARAMETER_LENGTH)
    if isinstance(value, int | float) and abs(value) <= MAX_INTEGER:
        return value
    raise UnreadableError(field, value)


def timestamp(row: Values, field: str) -> datetime | None:
    """Return a time given in seconds, or None for no value or 0."""
    value = row.get(field)
    if type(value) is float and 0 < value <= MAX_TIMESTAMP:
        return datetime.fromtimestamp(value, UTC)
    if value is None or value is False:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableError(field, value)
    if not 0 <= value <= MAX_TIMESTAMP:
        raise UnreadableError(field, value)
    return datetime.fromtimestamp(value, UTC) if value else None


def _as_mapping(value: object, field: str) -> Values:
    if isinstance(value, ResultRow):
        return value.values_
    if not isinstance(value, Mapping):
        raise UnreadableError(field, value)
    return value


def _text(value: object, field: str, max_length: int = MAX_LENGTH) -> str:
    if type(value) is str and len(value) <= max_length and value.isascii():
        return value
    if not isinstance(value, str) or len(value) > max_length:
        raise UnreadableError(field, value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:  # a lone surrogate, which JSON can contain
            raise UnreadableError(field, "half a character") from None
    return value


def _integer(value: object, field: str) -> int:
    if type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER:
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnreadableError(field, value)
    if abs(value) > MAX_INTEGER:
        raise UnreadableError(field, value)
    return value
