"""Flat pages by administrators (about, terms, questions), one per language."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.contrib.flatpages.models import FlatPage
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from . import markdown_text

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the pages there can be; ``key`` is that of FLATPAGES."""

    key: str
    title: str | Promise

    @property
    def name(self) -> str:
        return self.key.lower()

    @property
    def address(self) -> str:
        return reverse(f"pages:{self.name}")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is written in one language."""

    title: str
    html: SafeString
    language: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("INFO", _("About the service")),
        Kind("TOS", _("Terms of service")),
        Kind("FAQ", _("Questions and answers")),
    )
}


def shown() -> Iterator[Kind]:
    """Yield the kinds of pages that FLATPAGES enables."""
    for kind in KINDS.values():
        if settings.FLATPAGES.get(kind.key):
            yield kind


def place(name: str, language: str) -> str:
    """Return the ``url`` of a page's row."""
    return f"/about/{name}/{language}/"


def places() -> Iterator[tuple[str, str, str]]:
    """Yield the ``url`` of every possible page, with its name and language."""
    for name in KINDS:
        for language, _label in settings.LANGUAGES:
            yield place(name, language), name, language


def find(name: str) -> Page | None:
    """Return a page in the reader's language, else in English, else in any."""
    order = dict.fromkeys([get_language() or FALLBACK, FALLBACK])
    order |= dict.fromkeys(code for code, _label in settings.LANGUAGES)
    languages = {place(name, language): language for language in order}
    rows = {row.url: row for row in FlatPage.objects.filter(url__in=languages)}
    for url, language in languages.items():
        if row := rows.get(url):
            return Page(row.title, rendered(row.content), language)
    return None


@lru_cache(maxsize=32)
def rendered(text: str) -> SafeString:
    """Return Markdown as sanitized HTML."""
    return markdown_text.render_or_escape(text)
