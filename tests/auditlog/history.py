"""The history, as it is read on its page."""

import re

from django.test import Client
from django.urls import reverse

from tests.ganeti.pages import markup, text

HISTORY = reverse("auditlog:history")


def lines(client: Client, query: str = "") -> list[str]:
    page = markup(client.get(HISTORY + query))
    body = re.search(r"<tbody>(.*)</tbody>", page, re.DOTALL)
    return [text(row) for row in (body[1].split("</tr>")[:-1] if body else ())]
