"""Reads pages as text, as far as tests look at them."""

from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse


@dataclass(frozen=True)
class Line:
    """A row of a table: its markup, and what people read in it."""

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
    """Return what a page says, without its markup."""
    return text_of(parsed(page))


def text_of(tag: Tag | None) -> str:
    assert tag
    return " ".join(tag.get_text(" ").split())


def parsed(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def rows(response: HttpResponseBase) -> dict[str, Line]:
    """Return the rows of the table of machines by name."""
    found = parsed(markup(response)).select("tr:has(> td.pick)")
    return {text_of(row.select_one("th > a")): Line(row) for row in found}


def notices(response: HttpResponseBase) -> list[str]:
    """Return the messages of a page."""
    return [text_of(each) for each in parsed(markup(response)).select(".notice > div")]


def url(what: str, name: str = "web1", cluster: str = "athens") -> str:
    return reverse(f"ganeti:instance-{what}", args=(cluster, name))


def page(client: Client, name: str = "web1") -> str:
    return markup(client.get(url("detail", name)))
