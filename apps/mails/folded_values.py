"""Fold context values of emails into one line.

Otherwise a value could break its line and pass for a part of the template.
"""

import functools
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from .one_line import fold

_WITHOUT_TEXT = (type(None), int, float, Decimal, date, time, timedelta)


class FoldedText(str):
    """A text on one line, which keeps the original for the filter ``quoted``."""

    __slots__ = ("original",)
    original: str

    @classmethod
    def of(cls, text: str) -> "FoldedText":
        folded = cls(fold(text))
        folded.original = text
        return folded


class FoldedObject:
    """Wrap an object for templates, so that its text and attributes are folded."""

    def __init__(self, original: Any) -> None:
        self.original = original

    def __getattr__(self, name: str) -> Any:
        return fold_value(getattr(self.original, name))

    def __getitem__(self, key: Any) -> Any:
        return fold_value(self.original[key])

    def __iter__(self) -> Iterator[Any]:
        return map(fold_value, self.original)

    def __len__(self) -> int:
        return len(self.original)

    def __bool__(self) -> bool:
        return bool(self.original)

    def __eq__(self, other: object) -> bool:
        return bool(self.original == other)

    def __hash__(self) -> int:
        return hash(self.original)

    def __str__(self) -> str:
        return fold(str(self.original))


def fold_value(value: Any) -> Any:
    """Return a value that renders on one line, as do its attributes and items."""
    if isinstance(value, _WITHOUT_TEXT):
        return value
    if isinstance(value, str | Promise):
        return FoldedText.of(str(value))
    if callable(value):
        return _fold_result(value)
    if isinstance(value, Iterator):
        value = list(value)  # as {% for %} does with values without a length
    return FoldedObject(value)


def _fold_result(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)  # copies Django's markers, such as alters_data
    def folding(*args: Any, **kwargs: Any) -> Any:
        return fold_value(method(*args, **kwargs))

    return folding
