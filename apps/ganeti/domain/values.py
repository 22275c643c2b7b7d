"""Values of Ganeti's answers, read strictly: what no Ganeti gives is unreadable.

An answer is JSON, so any value may stand anywhere: a name that is a list, a time in the
year 10 to the 18. Who reads a row here either gets what its types promise, or
UnreadableError, and can leave out that row alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

from ..rapi.query import Row

Values: TypeAlias = Mapping[str, Any]
Scalar: TypeAlias = str | int | float | None

# What rows can hold: names, tags and the like; a uuid; a disk template.
LONGEST = 255
LONGEST_UUID = 36
LONGEST_TEMPLATE = 32
# A parameter of a hypervisor, as the arguments of a kernel.
LONGEST_PARAMETER = 10_000
# Largest whole number that every JSON reader keeps exactly.
LARGEST = 2**53
# The year 9999 less a day: every time zone still has that moment.
LAST_SECOND = 253_402_214_400


class UnreadableError(ValueError):
    """A value that cannot be what the field means; the text names the field."""

    def __init__(self, field: str, value: object) -> None:
        super().__init__(f"{field}: {shown(value)}")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An object of a cluster of which only this is known, and why."""

    kind: str  # instance, node, group, network or cluster
    name: str  # empty when that cannot be read either
    reason: str


Item = TypeVar("Item")


def read_all(
    kind: str, rows: Iterable[Any], read: Callable[[Values], Item]
) -> tuple[list[Item], list[Unreadable]]:
    """Read rows of one kind of object; return what can be read, and what cannot."""
    found: list[Item] = []
    lost: list[Unreadable] = []
    for row in rows:
        try:
            found.append(read(_as_mapping(row, kind)))
        except UnreadableError as exc:
            lost.append(Unreadable(kind, name_if_readable(row), str(exc)))
    return found, lost


def by_name(rows: Iterable[Values]) -> dict[str, Values]:
    """Return rows by the names of their objects; not those without a readable one."""
    named = ((name_if_readable(row), row) for row in rows)
    return {key: row for key, row in named if key}


def shown(value: object) -> str:
    """Return a value as a line of a log has it, bounded."""
    if isinstance(value, str | int | float | bool | None):
        text = repr(value) if _is_printable_number(value) else "a number"
    else:
        text = type(value).__name__
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_printable_number(value: object) -> bool:
    # Python refuses to spell whole numbers of thousands of digits.
    return not isinstance(value, int) or abs(value) < 10**50


def name(row: Values, field: str = "name") -> str:
    """Return the name of an object: text without slashes or control characters."""
    value = text(row, field)
    if not value or "/" in value or not value.isprintable():
        raise UnreadableError(field, value)
    return value


def name_if_readable(row: object) -> str:
    """Return the name of an object that may have none."""
    try:
        return name(row) if isinstance(row, Mapping) else ""
    except UnreadableError:
        return ""


def text(row: Values, field: str, longest: int = LONGEST) -> str:
    """Return text; empty where there is no value."""
    value = row.get(field)
    if type(value) is str and len(value) <= longest and value.isascii():
        return value  # as nearly all are, of ten thousand rows with twenty of them
    return "" if value is None else _text(value, field, longest)


def uuid(row: Values) -> str:
    return text(row, "uuid", LONGEST_UUID)


def several(row: Values, fields: Iterable[str]) -> list[str]:
    """Return texts of several fields at once, which is quicker for many rows."""
    return [
        value
        if type(value := row.get(field)) is str
        and len(value) <= LONGEST
        and value.isascii()
        else text(row, field)
        for field in fields
    ]


def texts(row: Values, field: str, longest: int = LONGEST) -> tuple[str, ...]:
    """Return a list of texts; empty where there is no value."""
    found = row.get(field)
    return tuple(
        [
            value
            if type(value) is str and len(value) <= longest and value.isascii()
            else _text(value, field, longest)
            for value in (found if type(found) is list else items(row, field))
        ]
    )


def optional_texts(row: Values, field: str) -> tuple[str, ...]:
    """Return a list of texts, each empty where it has no value."""
    found = row.get(field)
    return tuple(
        [
            value
            if type(value) is str and len(value) <= LONGEST and value.isascii()
            else ("" if value is None else _text(value, field))
            for value in (found if type(found) is list else items(row, field))
        ]
    )


def items(row: Values, field: str) -> Sequence[Any]:
    """Return a list of anything; empty where there is no value."""
    value = row.get(field)
    if isinstance(value, list | tuple):
        return value
    if value is None:
        return ()
    raise UnreadableError(field, value)


def mapping(row: Values, field: str) -> Values:
    """Return an object of JSON; empty where there is no value."""
    value = row.get(field)
    return {} if value is None else _as_mapping(value, field)


def whole(row: Values, field: str) -> int | None:
    """Return a whole number; None where there is no value."""
    value = row.get(field)
    if type(value) is int and -LARGEST <= value <= LARGEST:
        return value
    return None if value is None else _whole(value, field)


def wholes(row: Values, field: str) -> tuple[int, ...]:
    """Return a list of whole numbers, each 0 where it has no value."""
    return tuple(
        [0 if value is None else _whole(value, field) for value in items(row, field)]
    )


def flag(row: Values, field: str) -> bool | None:
    """Return yes or no; None where there is no value."""
    value = row.get(field)
    if value is None or isinstance(value, bool):
        return value
    raise UnreadableError(field, value)


def scalars(row: Values, fields: Mapping[str, str]) -> list[tuple[str, Any]]:
    """Return text, numbers, or yes or no, as name and value, of fields by their names.

    Those without a value are left out.
    """
    return [
        (
            parameter,
            value
            if type(value) is str
            and len(value) <= LONGEST_PARAMETER
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
        return _text(value, field, LONGEST_PARAMETER)
    if isinstance(value, int | float) and abs(value) <= LARGEST:
        return value
    raise UnreadableError(field, value)


def moment(row: Values, field: str) -> datetime | None:
    """Return a time given in seconds; None where there is no value, or 0."""
    value = row.get(field)
    if type(value) is float and 0 < value <= LAST_SECOND:
        return datetime.fromtimestamp(value, UTC)
    if value is None or value is False:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableError(field, value)
    if not 0 <= value <= LAST_SECOND:
        raise UnreadableError(field, value)
    return datetime.fromtimestamp(value, UTC) if value else None


def _as_mapping(value: object, field: str) -> Values:
    if isinstance(value, Row):
        return value.values_
    if not isinstance(value, Mapping):
        raise UnreadableError(field, value)
    return value


def _text(value: object, field: str, longest: int = LONGEST) -> str:
    if type(value) is str and len(value) <= longest and value.isascii():
        return value
    if not isinstance(value, str) or len(value) > longest:
        raise UnreadableError(field, value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:  # half a surrogate pair, which JSON can name
            raise UnreadableError(field, "half a character") from None
    return value


def _whole(value: object, field: str) -> int:
    if type(value) is int and -LARGEST <= value <= LARGEST:
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnreadableError(field, value)
    if abs(value) > LARGEST:
        raise UnreadableError(field, value)
    return value
