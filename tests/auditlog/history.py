"""The entries on the history page."""

from django.test import Client
from django.urls import reverse

from tests.ganeti.pages import markup, parsed, text_of

HISTORY = reverse("auditlog:history")


def lines(client: Client, query: str = "") -> list[str]:
    page = parsed(markup(client.get(HISTORY + query)))
    return [text_of(row) for row in page.select("tbody tr")]
