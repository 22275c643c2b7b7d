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
    "=": lambda have, wanted: have == wanted,
    "==": lambda have, wanted: have == wanted,
    "<": lambda have, wanted: have < wanted,
    ">": lambda have, wanted: have > wanted,
    "<=": lambda have, wanted: have <= wanted,
    ">=": lambda have, wanted: have >= wanted,
}


def malformed(resource: str, fields: Any, wanted: Any, why: str) -> RapiFault:
    request = json.dumps([resource, fields, wanted])
    return RapiFault(
        502, f"Failed to parse request: Cannot convert value '{request}', error: {why}"
    )


class Malformed(ValueError):
    """A filter that the master daemon cannot read."""


def is_value(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def compile_filter(wanted: Any, known: Callable[[str], bool]) -> Filter:
    """Turn a filter into a function; ``known`` tells which fields there are.

    Raise ``Malformed`` for what is no filter, ``RapiFault`` for a field that does
    not exist.
    """
    if not isinstance(wanted, list) or not wanted or not isinstance(wanted[0], str):
        raise Malformed(
            f"Cannot deserialise filter: expected array [string, args],"
            f" got {json.dumps(wanted)}"
        )
    operator, *arguments = wanted
    if operator in {"|", "&"}:
        return _combine(operator, [compile_filter(one, known) for one in arguments])
    if operator == "!":
        return _negate(arguments, known)
    return _compile_leaf(operator, arguments, known)


def _combine(operator: str, parts: list[Filter]) -> Filter:
    if operator == "|":
        return lambda row: any(part(row) for part in parts)
    return lambda row: all(part(row) for part in parts)


def _negate(arguments: list[Any], known: Callable[[str], bool]) -> Filter:
    if len(arguments) != 1:
        raise Malformed("Cannot deserialise filter: '!' takes one filter")
    inner = compile_filter(arguments[0], known)
    return lambda row: not inner(row)


def _compile_leaf(
    operator: str, arguments: list[Any], known: Callable[[str], bool]
) -> Filter:
    if operator == "?":
        return _truth(_field(arguments, 1, known))
    if operator == "!=":
        return _negate([["=", *arguments]], known)
    if operator not in COMPARISONS and operator not in {"=~", "=[]"}:
        raise Malformed(f"Unknown filter operand '{operator}'")
    name = _field(arguments, 2, known)
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


def _field(arguments: list[Any], count: int, known: Callable[[str], bool]) -> str:
    if len(arguments) != count or not isinstance(arguments[0], str):
        raise Malformed(
            "Cannot deserialise field/value pair, expected [fieldname, value]"
            f" but got {json.dumps(arguments)}"
        )
    if not known(arguments[0]):
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


def _contains(name: str, wanted: Any) -> Filter:
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
        if value and isinstance(value[0], str) != isinstance(wanted, str):
            raise RapiFault(500, f"Cannot convert value '{json.dumps(value)}'")
        return wanted in value

    return test


def _compare(name: str, holds: Callable[[Any, Any], bool], wanted: Any) -> Filter:
    def test(row: Lookup) -> bool:
        status, value = row(name)
        if status:
            return True
        if isinstance(value, str) != isinstance(wanted, str) or isinstance(
            value, list | dict | bool | None
        ):
            kind = "QuotedString" if isinstance(wanted, str) else "NumericValue"
            raise RapiFault(
                500,
                f"Invalid types in comparison, trying to compare {json.dumps(value)}"
                f" with '{kind} {json.dumps(wanted)}'",
            )
        return holds(value, wanted)

    return test


def named(wanted: Any, key: str, kind: type) -> list[Any] | None:
    """List the names of a filter that asks for names only, else None."""
    if not isinstance(wanted, list) or not wanted:
        return None
    operator, *arguments = wanted
    if operator in {"=", "=="} and len(arguments) == 2 and arguments[0] == key:
        value = arguments[1]
        return [value] if isinstance(value, kind) else None
    if operator != "|" or not arguments:
        return None
    parts = [named(argument, key, kind) for argument in arguments]
    if any(part is None for part in parts):
        return None
    return [name for part in parts for name in part or []]
