"""Parse feeds; imports no Django, so that a limited process can use it."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import feedparser

MOST_ENTRIES = 20
LONGEST_LINE = 2000
LONGEST_BODY = 20_000


def parse(data: bytes) -> dict[str, Any]:
    """Return the entries of RSS or Atom, and what is wrong with it.

    The first line of the data is the URL of the feed, to resolve relative links.
    """
    url, _newline, document = data.partition(b"\n")
    # A stream, since bytes could be taken for a file name. Servers often send a wrong
    # type, and with it a wrong encoding, so use what the document itself declares.
    feed = feedparser.parse(
        io.BytesIO(document),
        response_headers={
            "content-location": url.decode(),
            "content-type": "application/xml",
        },
    )
    exception = feed.get("bozo_exception")
    # This one is harmless.
    overridden = isinstance(exception, feedparser.exceptions.CharacterEncodingOverride)
    return {
        "entries": [_entry(entry) for entry in _newest(feed.entries)],
        "version": feed.get("version") or "",
        "malformed": bool(feed.bozo),
        "partial": bool(feed.bozo) and not overridden,
        "why": _line(exception),
    }


def _newest(entries: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the newest entries first, or in the feed's order if dates are missing."""
    dates = [_published_at(entry) for entry in entries]
    order = list(range(len(entries)))
    if all(dates):
        order.sort(key=lambda index: str(dates[index]), reverse=True)
    return [entries[index] for index in order[:MOST_ENTRIES]]


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    published_at = _published_at(entry)
    return {
        "title": _line(entry.get("title")),
        "link": _line(entry.get("link")),
        "body": _body(entry),
        "published_at": published_at.isoformat() if published_at else "",
    }


def _published_at(entry: Mapping[str, Any]) -> datetime | None:
    parts = entry.get("published_parsed") or entry.get("updated_parsed")
    if not parts:
        return None
    try:
        year, month, day, hour, minute = parts[:5]
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:  # no such day
        return None


def _body(entry: Mapping[str, Any]) -> str:
    contents = [part.get("value") for part in entry.get("content") or ()]
    return _text(entry.get("summary") or next(iter(contents), ""))[:LONGEST_BODY]


def _line(value: object) -> str:
    return _text(value)[:LONGEST_LINE]


def _text(value: object) -> str:
    """Return text that can be stored: join surrogate pairs, replace lone ones."""
    text = str(value or "")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
