"""Fragments of pages, rendered once per process for each set of values.

A fragment's template gets the values that are named where it is put, the language and
nothing else: no request, no user. So its markup depends only on its cache key.
Values that differ from page to page, such as names and tokens, are marked as varying:
in their place the cached markup has holes, which each page fills.

A template may write a varying value and test whether it is empty, nothing else.
"""

import html
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST_KEPT = 2000

# Must not be guessable, so that text by users can't contain a hole.
_TOKEN = secrets.token_hex(8)
_SEPARATOR = f"\ue000{_TOKEN}\ue001"
_HOLES = re.compile(f"\ue000{_TOKEN}:(\\d+)\ue001")


@dataclass(frozen=True, slots=True)
class Varying:
    """A value that goes into a hole; None leaves it empty."""

    value: Any


@dataclass(frozen=True, slots=True)
class Pattern:
    """Markup with holes, and which text goes into each."""

    markup: str
    holes: tuple[int, ...]

    @classmethod
    def of(cls, markup: str) -> "Pattern":
        """Read markup that has `hole` of a number wherever a text belongs."""
        escaped = _HOLES.sub("%s", markup.replace("%", "%%"))
        return cls(escaped, tuple(int(n) for n in _HOLES.findall(markup)))

    def fill(self, escaped_texts: Sequence[str]) -> str:
        return self.markup % tuple([escaped_texts[hole] for hole in self.holes])


def escape(texts: Sequence[str]) -> list[str]:
    """Escape many texts as cheaply as one."""
    return html.escape(_SEPARATOR.join(texts)).split(_SEPARATOR)


def hole(number: int) -> str:
    return f"\ue000{_TOKEN}:{number}\ue001"


def render(template: str, values: Mapping[str, Any]) -> SafeString:
    """Render a template of values that are hashable, or `Varying`."""
    texts: list[str] = []
    cache_key: list[tuple[str, type, Any]] = []
    for name, value in values.items():
        if isinstance(value, Varying):
            text = str(conditional_escape("" if value.value is None else value.value))
            texts.append(text)
            cache_key.append((name, Varying, bool(text)))
        else:
            # Some values of different types are equal: 1 and True, texts safe and not.
            cache_key.append((name, type(value), value))
    compile_ = _compile.__wrapped__ if settings.DEBUG else _compile
    return SafeString(compile_(template, get_language(), *cache_key).fill(texts))


@lru_cache(maxsize=MOST_KEPT)
def _compile(
    template: str, _language: str | None, *values: tuple[str, type, Any]
) -> Pattern:
    context = {name: value for name, kind, value in values if kind is not Varying}
    varying = ((name, is_there) for name, kind, is_there in values if kind is Varying)
    for number, (name, is_there) in enumerate(varying):
        context[name] = SafeString(hole(number)) if is_there else ""
    return Pattern.of(get_template(template).render(context))


@receiver(setting_changed)
def forget(**_setting: Any) -> None:
    """Clear the cache when tests change settings."""
    _compile.cache_clear()
