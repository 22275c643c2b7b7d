"""Read texts, rows and messages from pages."""

from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse


@dataclass(frozen=True)
class TableRow:
    """A row of a table."""

    tag: Tag

    @property
    def markup(self) -> str:
        return str(self.tag)

    @property
    def text(self) -> str:
        return text_of(self.tag)

    @property
    def polls(self) -> bool:
        return str(self.tag.get("hx-trigger", "")).startswith("every")


def markup(response: HttpResponseBase) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def text(page: str) -> str:
    """Return the text of a page without its markup."""
    return text_of(parsed(page))


def text_of(tag: Tag | None) -> str:
    assert tag
    return " ".join(tag.get_text(" ").split())


def parsed(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def rows(response: HttpResponseBase) -> dict[str, TableRow]:
    """Return the rows of the instance list by name."""
    cells = parsed(markup(response)).select("tr:has(> td.pick)")
    return {text_of(row.select_one("th > a")): TableRow(row) for row in cells}


def notices(response: HttpResponseBase) -> list[str]:
    """Return the messages of a page."""
    return [
        text_of(message) for message in parsed(markup(response)).select(".notice > div")
    ]


def url(action: str, name: str = "web1", cluster: str = "athens") -> str:
    return reverse(f"ganeti:instance-{action}", args=(cluster, name))


def page(client: Client, name: str = "web1") -> str:
    return markup(client.get(url("detail", name)))
