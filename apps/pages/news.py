"""News of a feed: fetched by the watcher, kept in the cache, shown by the pages.

No page waits for the feed. One that is away or makes no sense keeps its last good
news on the pages; why it has no newer ones is said to staff.
"""

import hashlib
import io
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import requests
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString

from apps.work.aware_datetime import AwareDatetime
from apps.work.typed_cache import TypedCache

from . import markup

logger = logging.getLogger(__name__)

# How often the watcher looks whether it is time, and when it is.
LOOK_EVERY_S = 30.0
FRESH_FOR = timedelta(minutes=10)
TRIED_AGAIN_AFTER = timedelta(minutes=1)

CONNECT_S = 5
READ_S = 10
WHOLE_S = 20.0
MOST_BYTES = 2 * 1024 * 1024
MOST_REDIRECTS = 5
MOST_ITEMS = 20
MOST_WORDS = 120
IN_BRIEF = 3


class FeedError(Exception):
    """The feed gave no news; the text says why, in English."""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of news; ``html`` is cut to length, the rest is plain text."""

    title: str
    link: str
    html: str
    published_at: AwareDatetime | None

    @property
    def body(self) -> SafeString:
        """Return the HTML, cleaned once more: others may write to the cache."""
        return markup.clean_brief(self.html)


@dataclass(frozen=True, slots=True)
class News:
    """What is known of the feed; ``problem`` says why it is not what it should be."""

    items: list[Item] = field(default_factory=list)
    fetched_at: AwareDatetime | None = None
    tried_at: AwareDatetime | None = None
    problem: str = ""
    failing_since: AwareDatetime | None = None

    @property
    def brief(self) -> list[Item]:
        return self.items[:IN_BRIEF]


_cache = TypedCache(News)


def known() -> News:
    """Return what was last fetched; fetches nothing."""
    return _cache.get(_key()) or News()


def refresh() -> None:
    """Fetch the feed, if there is one and it is time."""
    if not settings.BRANDING.get("FEED_URL"):
        return
    before = known()
    now = timezone.now()
    if before.tried_at and now - before.tried_at < _pause(before):
        return
    _cache.set(_key(), _fetched(before, now))


def _pause(news: News) -> timedelta:
    return TRIED_AGAIN_AFTER if news.problem else FRESH_FOR


def _fetched(before: News, now: datetime) -> News:
    url = settings.BRANDING["FEED_URL"]
    try:
        items, problem = parse(fetch(url), url)
    except FeedError as exc:
        logger.warning("The feed %s: %s", url, exc)
        since = before.failing_since or now
        return News(before.items, before.fetched_at, now, str(exc), since)
    return News(items, now, now, problem, now if problem else None)


def _key() -> str:
    """Return where the news are kept; another feed has another place."""
    url = settings.BRANDING.get("FEED_URL") or ""
    return f"pages:news:2:{hashlib.sha256(url.encode()).hexdigest()[:16]}"


def fetch(url: str) -> bytes:
    """Return what is at an address; raises FeedError."""
    end = time.monotonic() + WHOLE_S
    with requests.Session() as session:
        session.max_redirects = MOST_REDIRECTS
        try:
            with session.get(url, timeout=(CONNECT_S, READ_S), stream=True) as answer:
                answer.raise_for_status()
                return b"".join(_chunks(answer, end))
        except requests.RequestException as exc:
            raise FeedError(f"It cannot be fetched: {exc}") from exc


def _chunks(answer: requests.Response, end: float) -> Iterator[bytes]:
    size = 0
    for chunk in answer.iter_content(64 * 1024):
        size += len(chunk)
        if size > MOST_BYTES:
            raise FeedError(f"It is larger than {MOST_BYTES // 1024} KiB.")
        if time.monotonic() > end:
            raise FeedError(f"It takes longer than {WHOLE_S:.0f} s.")
        yield chunk


def parse(data: bytes, url: str) -> tuple[list[Item], str]:
    """Return the news in RSS or Atom, and what is wrong with it though it was read.

    Raises FeedError when there are none because it is neither.
    """
    # A stream, since bytes could be taken for the name of a file. Servers often name a
    # wrong type, and with it a wrong encoding: what the document itself says, holds.
    feed = feedparser.parse(
        io.BytesIO(data),
        response_headers={"content-location": url, "content-type": "application/xml"},
    )
    why = str(feed.get("bozo_exception") or "")
    if not feed.entries and (feed.bozo or not feed.get("version")):
        raise FeedError(f"It is neither RSS nor Atom. {why}".strip())
    harmless = isinstance(
        feed.get("bozo_exception"), feedparser.exceptions.CharacterEncodingOverride
    )
    problem = f"Only a part of it can be read. {why}" if feed.bozo else ""
    items = [_item(entry) for entry in feed.entries]
    return _newest(items), "" if harmless else problem


def _newest(items: list[Item]) -> list[Item]:
    """Return the newest first; what has no date stays where the feed has it."""
    if all(item.published_at for item in items):
        items = sorted(items, key=lambda each: str(each.published_at), reverse=True)
    return items[:MOST_ITEMS]


def _item(entry: Mapping[str, Any]) -> Item:
    link = markup.link(entry.get("link"))
    return Item(
        title=markup.text(entry.get("title") or "")[:300] or link,
        link=link,
        html=str(markup.brief(_body(entry), MOST_WORDS)),
        published_at=_moment(entry),
    )


def _body(entry: Mapping[str, Any]) -> str:
    contents = [part.get("value") or "" for part in entry.get("content") or ()]
    return str(entry.get("summary") or next(iter(contents), ""))


def _moment(entry: Mapping[str, Any]) -> datetime | None:
    parts = entry.get("published_parsed") or entry.get("updated_parsed")
    if not parts:
        return None
    try:
        year, month, day, hour, minute = parts[:5]
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:  # no such day
        return None
