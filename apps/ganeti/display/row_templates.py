"""Render rows of the table from a template compiled once per row shape.

Most rows of a page differ in their texts alone. The template is rendered once for each
shape of row (which texts it has, all that is no text, the language and the columns)
with a hole in place of each text; every further row of that shape only has its own
texts put in. A template may write a text and test whether there is one, nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from functools import cache
from itertools import count
from typing import Any, TypeVar

from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.web.fragments import Pattern, escape, hole
from apps.web.lists import Column

from .instance_rows import InstanceRow, OwnerLink

Part = TypeVar("Part", InstanceRow, OwnerLink)
TEMPLATE = "ganeti/_instance_row.html"
MAX_TEMPLATES = 5000

_COMPILED: dict[Any, Pattern] = {}


def draw(rows: Iterable[InstanceRow], columns: Sequence[Column]) -> SafeString:
    """Return the markup of rows with the columns given."""
    show = tuple(column.key for column in columns)
    about = (get_language(), show)
    return SafeString(
        "".join(_template_of(row, about).fill(escape(_texts(row))) for row in rows)
    )


def _kind(part: object) -> Any:
    return type(part)


@cache
def _text_names(kind: Any) -> tuple[str, ...]:
    """Return the fields of a row that are texts, those of subclasses too."""
    return tuple(field.name for field in fields(kind) if field.type is str)


@cache
def _other_names(kind: Any) -> tuple[str, ...]:
    names = {field.name for field in fields(kind)} - {"owners"}
    return tuple(sorted(names - set(_text_names(kind))))


def _texts(row: InstanceRow) -> list[str]:
    """Return the texts of a row and its owners, in the order of their holes."""
    return [
        getattr(part, name)
        for part in (row, *row.owners)
        for name in _text_names(_kind(part))
    ]


def _template_of(
    row: InstanceRow, about: tuple[str | None, tuple[str, ...]]
) -> Pattern:
    shape = (about, _shape(row))
    template = None if settings.DEBUG else _COMPILED.get(shape)
    if template is None:
        if len(_COMPILED) >= MAX_TEMPLATES:
            _COMPILED.clear()
        template = _COMPILED[shape] = _compile(row, about[1])
    return template


def _shape(row: InstanceRow) -> tuple[Any, ...]:
    """Return all that the template tests, or writes though it is no text."""
    return (
        type(row),
        *map(bool, _texts(row)),
        *(
            getattr(part, name)
            for part in (row, *row.owners)
            for name in _other_names(_kind(part))
        ),
    )


def _compile(row: InstanceRow, show: tuple[str, ...]) -> Pattern:
    numbers = count()
    sample = _with_holes(row, numbers)
    owners = tuple(_with_holes(owner, numbers) for owner in row.owners)
    context = {
        "row": replace(sample, owners=owners),
        "show": dict.fromkeys(show, True),
    }
    return Pattern.of(get_template(TEMPLATE).render(context))


def _with_holes(part: Part, numbers: Iterator[int]) -> Part:
    """Return a row or an owner with a numbered hole in place of each text."""
    holes: dict[str, Any] = {
        name: hole(number) if getattr(part, name) else ""
        for name, number in zip(_text_names(_kind(part)), numbers, strict=False)
    }
    return replace(part, **holes)
