"""Links of an HTML page; knows no Django, so that a limited process can import it."""

import itertools

from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer

MOST_LINKS = 10_000
LONGEST_LINK = 2048


def links(page: bytes) -> list[str]:
    """Return where the links of a page lead, as they are written."""
    only = SoupStrainer("a", href=True)
    # The parser takes minutes over many tags that begin and never end.
    text = page[: page.rfind(b">") + 1].decode(errors="replace")
    soup = BeautifulSoup(text, "html.parser", parse_only=only)
    hrefs = (str(link["href"]) for link in soup.find_all("a", href=True))
    short = (href for href in hrefs if len(href) <= LONGEST_LINK)
    return list(itertools.islice(short, MOST_LINKS))
