"""Links of an HTML page; without Django, so that a limited process can import it."""

import itertools

from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer

MAX_LINKS = 10_000
MAX_LINK_LENGTH = 2048


def find_links(page: bytes) -> list[str]:
    """Return the link targets of a page, as they are written."""
    anchors = SoupStrainer("a", href=True)
    # The parser takes minutes for many tags that are never closed.
    text = page[: page.rfind(b">") + 1].decode(errors="replace")
    soup = BeautifulSoup(text, "html.parser", parse_only=anchors)
    hrefs = (str(link["href"]) for link in soup.find_all("a", href=True))
    short = (href for href in hrefs if len(href) <= MAX_LINK_LENGTH)
    return list(itertools.islice(short, MAX_LINKS))
