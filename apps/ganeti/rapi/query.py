"""Ganeti's query language: filters, and rows with field statuses.

Source: ``doc/design-query2.rst`` and ``lib/qlang.py`` of Ganeti.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from .errors import RapiProtocolError, gettext_noop

Filter = list[Any]


class FieldStatus(IntEnum):
    """Ganeti's status of one field of one row."""

    NORMAL = 0
    UNKNOWN = 1  # this version has no such field
    NO_DATA = 2  # the node did not report it
    UNAVAILABLE = 3  # has no value for this object
    OFFLINE = 4  # the node is marked offline


@dataclass(frozen=True, slots=True)
class ResultRow(Mapping[str, Any]):
    """One object of an answer: values by field name, None where there is none."""

    values_: dict[str, Any]
    statuses: dict[str, FieldStatus]

    def __getitem__(self, name: str) -> Any:
        return self.values_[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.values_.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)

    def status(self, name: str) -> FieldStatus:
        """Return the field's status; UNKNOWN for a field that was not queried."""
        if name not in self.values_:
            return FieldStatus.UNKNOWN
        return self.statuses.get(name, FieldStatus.NORMAL)


def equal(field: str, value: str | int) -> Filter:
    """Match objects whose field has this value."""
    return ["=", field, value]


def any_of(field: str, values: Iterable[str | int]) -> Filter:
    """Match objects whose field has one of the values."""
    return ["|", *(equal(field, value) for value in values)]


def any_present(field: str, values: Iterable[str | int]) -> Filter:
    """Match objects whose field has one of the values, if there are any.

    A filter that only names objects is refused when one of them does not exist
    (``requestedNames`` in Ganeti's ``Query/Filter.hs``); inside of "and" it is not.
    """
    return ["&", any_of(field, values)]


def at_least(field: str, value: int) -> Filter:
    """Match objects whose field is this number or more."""
    return [">=", field, value]


def read_rows(answer: Any, fields: Sequence[str]) -> list[ResultRow]:
    """Parse a query's answer into rows; raises RapiProtocolError."""
    try:
        return [_row(line, fields) for line in answer["data"]]
    except (KeyError, TypeError, ValueError) as exc:
        message = gettext_noop("The response to a query has an unexpected format.")
        raise RapiProtocolError(message) from exc


def _status(status: Any) -> FieldStatus:
    """Return a field's status; NO_DATA for a status that is not known here."""
    try:
        return FieldStatus(status)
    except ValueError:
        return FieldStatus.NO_DATA


def _row(line: Sequence[Sequence[Any]], fields: Sequence[str]) -> ResultRow:
    values = {}
    statuses = {}
    for name, (status, value) in zip(fields, line, strict=True):
        values[name] = value
        if status:
            statuses[name] = _status(status)
    return ResultRow(values, statuses)
