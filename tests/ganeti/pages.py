"""Reads pages as text, as far as tests look at them."""

import html
import re
from dataclasses import dataclass

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

_TAGS = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Line:
    """A row of a table: its markup, and what people read in it."""

    markup: str

    @property
    def text(self) -> str:
        return text(self.markup)

    @property
    def polls(self) -> bool:
        return 'hx-trigger="every' in self.markup


def markup(response: HttpResponseBase) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def text(page: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(html.unescape(_TAGS.sub(" ", page)).split())


def rows(response: HttpResponseBase) -> dict[str, Line]:
    """Return the rows of the table of machines by name."""
    found = re.findall(
        r"<tr[^>]*><td class=\"pick\">.*?</tr>", markup(response), re.DOTALL
    )
    names = [re.search(r'scope="row"><a[^>]*>([^<]+)', row) for row in found]
    return {name[1]: Line(row) for name, row in zip(names, found, strict=True) if name}


def notices(response: HttpResponseBase) -> list[str]:
    """Return the messages of a page."""
    pattern = r'<div class="notice [^"]*".*?</i>\s*<div>(.*?)</div>'
    return [text(each) for each in re.findall(pattern, markup(response), re.DOTALL)]


def url(what: str, name: str = "web1", cluster: str = "athens") -> str:
    return reverse(f"ganeti:instance-{what}", args=(cluster, name))


def page(client: Client, name: str = "web1") -> str:
    return markup(client.get(url("detail", name)))
