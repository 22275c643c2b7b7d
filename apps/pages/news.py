"""News of a feed, which the watcher fetches and caches for the pages.

No page waits for the feed. If it is unavailable or invalid, pages show the last valid
news, and staff see the reason.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString

from apps.net.download import Downloader, DownloadError, Limits
from apps.work import failures, limited_process
from apps.work.aware_datetime import AwareDatetime
from apps.work.typed_cache import TypedCache, TypeMismatchError

from . import feed_parser, markup

logger = logging.getLogger(__name__)

# How often the watcher checks the age of the news, and how old they may be.
LOOK_EVERY_S = 30.0
FRESH_FOR = timedelta(minutes=10)
# Doubled by each failure, and never longer than an hour.
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 3600.0

MOST_BYTES = 2 * 1024 * 1024
MOST_REDIRECTS = 5
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
    """The cached news of the feed; ``problem`` says what is wrong with it."""

    items: list[Item] = field(default_factory=list)
    fetched_at: AwareDatetime | None = None
    tried_at: AwareDatetime | None = None
    problem: str = ""
    failing_since: AwareDatetime | None = None
    failures: int = 0

    @property
    def brief(self) -> list[Item]:
        return self.items[:IN_BRIEF]


_cache = TypedCache(News)


def known() -> News:
    """Return the cached news without fetching the feed."""
    return _cache.get(_key()) or News()


def refresh() -> None:
    """Fetch the feed, if one is configured and due."""
    if not settings.BRANDING.get("FEED_URL"):
        return
    previous = known()
    now = timezone.now()
    if previous.tried_at and now - previous.tried_at < _pause(previous):
        return
    try:
        _cache.set(_key(), _fetched(previous, now))
    except TypeMismatchError as exc:  # such as lone surrogates
        _cache.set(_key(), _failed(previous, now, f"It has no proper text: {exc}"))


def _pause(news: News) -> timedelta:
    if not news.failures:
        return FRESH_FOR
    pause_s = failures.pause_s(news.failures, FIRST_PAUSE_S, LONGEST_PAUSE_S)
    return timedelta(seconds=pause_s)


def _fetched(previous: News, now: datetime) -> News:
    url = settings.BRANDING["FEED_URL"]
    try:
        items, problem = parse(fetch(url), url)
    except FeedError as exc:
        logger.warning("The feed %s: %s", url, exc)
        return _failed(previous, now, str(exc))
    except Exception as exc:
        # Any error counts as a failure of the feed: staff see it, and it is retried.
        logger.exception("The feed %s could not be read", url)
        return _failed(previous, now, failures.describe(exc))
    since = (previous.failing_since or now) if problem else None
    return News(items, now, now, problem, since)


def _failed(previous: News, now: datetime, problem: str) -> News:
    """Return the last valid news, with the reason why there are no newer ones."""
    since = previous.failing_since or now
    return replace(
        previous,
        tried_at=now,
        problem=problem,
        failing_since=since,
        failures=previous.failures + 1,
    )


def _key() -> str:
    """Return the cache key of the news, which depends on the URL of the feed."""
    url = settings.BRANDING.get("FEED_URL") or ""
    return f"pages:news:2:{hashlib.sha256(url.encode()).hexdigest()[:16]}"


def fetch(url: str) -> bytes:
    """Return the body at a URL; raise FeedError."""
    downloader = Downloader(Limits(file_bytes=MOST_BYTES, redirects=MOST_REDIRECTS))
    try:
        return downloader.get(url).body
    except DownloadError as exc:
        raise FeedError(f"It cannot be fetched: {exc}") from exc
    finally:
        downloader.close()


def parse(data: bytes, url: str) -> tuple[list[Item], str]:
    """Return the news in RSS or Atom, and the problem if only a part was readable.

    Raise FeedError if there are none because the data is neither.
    """
    try:
        feed = limited_process.call(feed_parser.parse, f"{url}\n".encode() + data)
    except limited_process.LimitError as exc:
        raise FeedError(str(exc)) from exc
    if not feed["entries"] and (feed["malformed"] or not feed["version"]):
        raise FeedError(f"It is neither RSS nor Atom. {feed['why']}".strip())
    problem = f"Only a part of it can be read. {feed['why']}"
    items = [_item(entry) for entry in feed["entries"]]
    return items, problem if feed["partial"] else ""


def _item(entry: Mapping[str, str]) -> Item:
    link = markup.link(entry["link"])
    published_at = entry["published_at"]
    return Item(
        title=markup.text(entry["title"])[:300] or link,
        link=link,
        html=str(markup.brief(entry["body"], MOST_WORDS)),
        published_at=datetime.fromisoformat(published_at) if published_at else None,
    )
