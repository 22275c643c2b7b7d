"""Sanitize untrusted HTML."""

import html as entities
import re

import nh3
from django.utils.safestring import SafeString
from django.utils.text import Truncator

# The cleaner is quadratic on nested tags, so that a text is cut before it: a notice
# that has more than this is none.
MOST_TAGS = 300
LONGEST_BRIEF = 20_000
SCHEMES = {"http", "https", "mailto", "tel"}
# Of a piece of news: text and links, so that it looks like one of ours.
BRIEF = {
    *("p", "br", "a", "strong", "b", "em", "i", "code", "pre", "blockquote"),
    *("ul", "ol", "li"),
}
ARTICLE = {
    *BRIEF,
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "del",
        "sub",
        "sup",
        "kbd",
        "abbr",
    ),
    *("dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"),
}
# As nh3 writes it, without attributes; other text has no such bracket.
HEADING = re.compile(r"<(/?)h([1-6])>")
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "abbr": {"title"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}


def article(html: str) -> SafeString:
    """Sanitize a page by an administrator, who is not trusted with scripts.

    Renumber its headings, so that they start below the page's title.
    """
    cleaned = _clean(html, ARTICLE)
    levels = sorted({level for _, level in HEADING.findall(cleaned)})
    ranks = {level: min(rank, 6) for rank, level in enumerate(levels, 2)}
    return SafeString(
        HEADING.sub(lambda match: f"<{match[1]}h{ranks[match[2]]}>", cleaned)
    )


def brief(html: str, words: int) -> SafeString:
    """Sanitize a news item and truncate it to a number of words."""
    # Sanitize before truncating too, so that removed content doesn't count as words.
    cut = Truncator(clean_brief(html)).words(words, html=True)
    return clean_brief(cut)


def clean_brief(html: str) -> SafeString:
    return _clean(_bounded(html), BRIEF)


def text(html: str) -> str:
    """Return the words alone, on one line, to be escaped again where they are shown."""
    cleaned = nh3.clean(_bounded(html), tags=set())
    return " ".join(entities.unescape(cleaned).split())


def _bounded(html: str) -> str:
    """Return the beginning of a text, with so many characters and tags at most."""
    pieces = html[:LONGEST_BRIEF].split("<", MOST_TAGS + 1)
    return "<".join(pieces[: MOST_TAGS + 1])


def link(address: object) -> str:
    """Return a URL if a page may link to it, else an empty string."""
    fine = isinstance(address, str) and address.startswith(("http://", "https://"))
    return str(address) if fine else ""


def _clean(html: str, tags: set[str]) -> SafeString:
    attributes = {tag: names for tag, names in ATTRIBUTES.items() if tag in tags}
    return SafeString(
        nh3.clean(
            html,
            tags=tags,
            attributes=attributes,
            url_schemes=SCHEMES,
            link_rel="noopener noreferrer",
        )
    )
