"""The filter language of ``/2/query``: lists such as ``["=", "name", "web1"]``.

A comparison holds for a field that has no value, be it a stopped instance's memory;
so ``!=``, which is ``!`` of ``=``, does not.  That is how Ganeti does it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from contrib.simulator.errors import RapiFault

Lookup = Callable[[str], tuple[int, Any]]
Filter = Callable[[Lookup], bool]

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda have, expected: have == expected,
    "==": lambda have, expected: have == expected,
    "<": lambda have, expected: have < expected,
    ">": lambda have, expected: have > expected,
    "<=": lambda have, expected: have <= expected,
    ">=": lambda have, expected: have >= expected,
}


def malformed(resource: str, fields: Any, condition: Any, reason: str) -> RapiFault:
    request = json.dumps([resource, fields, condition])
    return RapiFault(
        502,
        f"Failed to parse request: Cannot convert value '{request}', error: {reason}",
    )


class Malformed(ValueError):
    """A filter that the master daemon cannot read."""


def is_value(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def compile_filter(condition: Any, is_field: Callable[[str], bool]) -> Filter:
    """Turn a filter into a function; ``is_field`` tells if a field exists.

    Raise ``Malformed`` for what is no filter, ``RapiFault`` for a field that does
    not exist.
    """
    if (
        not isinstance(condition, list)
        or not condition
        or not isinstance(condition[0], str)
    ):
        raise Malformed(
            f"Cannot deserialise filter: expected array [string, args],"
            f" got {json.dumps(condition)}"
        )
    operator, *arguments = condition
    if operator in {"|", "&"}:
        return _combine(
            operator, [compile_filter(argument, is_field) for argument in arguments]
        )
    if operator == "!":
        return _negate(arguments, is_field)
    return _compile_leaf(operator, arguments, is_field)


def _combine(operator: str, parts: list[Filter]) -> Filter:
    if operator == "|":
        return lambda row: any(part(row) for part in parts)
    return lambda row: all(part(row) for part in parts)


def _negate(arguments: list[Any], is_field: Callable[[str], bool]) -> Filter:
    if len(arguments) != 1:
        raise Malformed("Cannot deserialise filter: '!' takes one filter")
    inner = compile_filter(arguments[0], is_field)
    return lambda row: not inner(row)


def _compile_leaf(
    operator: str, arguments: list[Any], is_field: Callable[[str], bool]
) -> Filter:
    if operator == "?":
        return _truth(_field(arguments, 1, is_field))
    if operator == "!=":
        return _negate([["=", *arguments]], is_field)
    if operator not in COMPARISONS and operator not in {"=~", "=[]"}:
        raise Malformed(f"Unknown filter operand '{operator}'")
    name = _field(arguments, 2, is_field)
    value = arguments[1]
    if isinstance(value, float):
        raise Malformed(
            "Cannot deserialise numeric filter value, expecting integral but got a"
            f" fractional value: {value}"
        )
    if not is_value(value):
        raise Malformed(
            "Cannot deserialise filter value, expecting string or integer,"
            f" got {json.dumps(value)}"
        )
    if operator == "=~":
        return _match(name, value)
    if operator == "=[]":
        return _contains(name, value)
    return _compare(name, COMPARISONS[operator], value)


def _field(arguments: list[Any], count: int, is_field: Callable[[str], bool]) -> str:
    if len(arguments) != count or not isinstance(arguments[0], str):
        raise Malformed(
            "Cannot deserialise field/value pair, expected [fieldname, value]"
            f" but got {json.dumps(arguments)}"
        )
    if not is_field(arguments[0]):
        raise RapiFault(500, f"Can't find field named '{arguments[0]}'")
    return arguments[0]


def _truth(name: str) -> Filter:
    def test(row: Lookup) -> bool:
        status, value = row(name)
        if status:
            return True
        if not isinstance(value, bool):
            shown = json.dumps(value)
            raise RapiFault(500, f"Unexpected value '{shown}' in boolean context")
        return value

    return test


def _match(name: str, pattern: Any) -> Filter:
    try:
        expression = re.compile(pattern)
    except (re.error, TypeError) as exc:
        raise Malformed(str(exc)) from exc

    def test(row: Lookup) -> bool:
        status, value = row(name)
        if status:
            return True
        if not isinstance(value, str):
            raise RapiFault(
                500,
                "Invalid field value used in regexp matching,"
                f" expecting string but got '{json.dumps(value)}'",
            )
        return expression.search(value) is not None

    return test


def _contains(name: str, expected: Any) -> Filter:
    def test(row: Lookup) -> bool:
        status, value = row(name)
        if status:
            return True
        if not isinstance(value, list):
            raise RapiFault(
                500,
                f"Cannot convert value '{json.dumps(value)}',"
                " error: Unable to read list",
            )
        if value and isinstance(value[0], str) != isinstance(expected, str):
            raise RapiFault(500, f"Cannot convert value '{json.dumps(value)}'")
        return expected in value

    return test


def _compare(name: str, holds: Callable[[Any, Any], bool], expected: Any) -> Filter:
    def test(row: Lookup) -> bool:
        status, value = row(name)
        if status:
            return True
        if isinstance(value, str) != isinstance(expected, str) or isinstance(
            value, list | dict | bool | None
        ):
            kind = "QuotedString" if isinstance(expected, str) else "NumericValue"
            raise RapiFault(
                500,
                f"Invalid types in comparison, trying to compare {json.dumps(value)}"
                f" with '{kind} {json.dumps(expected)}'",
            )
        return holds(value, expected)

    return test


def named(condition: Any, key: str, kind: type) -> list[Any] | None:
    """List the names of a filter that asks for names only, else None."""
    if not isinstance(condition, list) or not condition:
        return None
    operator, *arguments = condition
    if operator in {"=", "=="} and len(arguments) == 2 and arguments[0] == key:
        value = arguments[1]
        return [value] if isinstance(value, kind) else None
    if operator != "|" or not arguments:
        return None
    parts = [named(argument, key, kind) for argument in arguments]
    if any(part is None for part in parts):
        return None
    return [name for part in parts for name in part or []]
