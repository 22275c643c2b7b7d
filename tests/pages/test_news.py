"""News: the feed is fetched by the watcher only, and never delays a page."""

import datetime as dt
import time
from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.ganeti.watch.watcher import Watcher
from apps.pages import news
from apps.work import limited_process
from tests.ganeti.pages import markup, text
from tests.pages.conftest import Feed

NEWS = reverse("pages:news")
LOGIN = reverse("accounts:login")
PassTime = Callable[[float], None]

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>News</title><link>https://news.example.org/</link>
<item><title>Older &amp; calmer</title><link>https://news.example.org/1</link>
<pubDate>Mon, 02 Nov 2026 10:00:00 +0200</pubDate>
<description>&lt;p&gt;All is &lt;b&gt;well&lt;/b&gt;&lt;/p&gt;</description></item>
<item><title>Νεότερα</title><link>https://news.example.org/2</link>
<pubDate>Tue, 03 Nov 2026 10:00:00 +0200</pubDate><description>More</description></item>
</channel></rss>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><id>urn:x</id>
<updated>2026-11-03T10:00:00Z</updated>
<entry><title>From Atom</title><id>urn:1</id><link href="/relative/1"/>
<updated>2026-11-03T10:00:00Z</updated>
<content type="html">&lt;p&gt;Whole text&lt;/p&gt;</content></entry></feed>"""
HOSTILE = """<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>
<item><title>&lt;script&gt;hacked()&lt;/script&gt;Title
&lt;img src=x onerror=hacked()&gt;</title>
<link>javascript:hacked()</link>
<description>&lt;script&gt;hacked()&lt;/script&gt;
&lt;p onclick="hacked()" style="x"&gt;Fine
&lt;a href="javascript:hacked()"&gt;a&lt;/a&gt;
&lt;iframe src="https://evil.example"&gt;&lt;/iframe&gt;
&lt;img src=x onerror=hacked()&gt;&lt;svg onload=hacked()&gt;&lt;/p&gt;</description>
</item></channel></rss>"""

# The parser raises on the halves of an emoji.
RAISING = RSS.replace("More", "&#55357;&#56832;").encode()


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> PassTime:
    """Return a function that moves the clock forward."""
    offset = dt.timedelta()
    now = timezone.now

    def put_forward(seconds: float) -> None:
        nonlocal offset
        offset += dt.timedelta(seconds=seconds)

    monkeypatch.setattr("apps.pages.news.timezone.now", lambda: now() + offset)
    return put_forward


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_rss_is_read_with_the_newest_first(feed: Feed, encoding: str) -> None:
    feed.body = RSS.replace("utf-8", encoding).encode(encoding)

    news.refresh()

    newer, older = news.known().items
    assert (newer.title, older.title) == ("Νεότερα", "Older & calmer")
    assert older.link == "https://news.example.org/1"
    assert older.body == "<p>All is <b>well</b></p>"
    assert older.published_at == dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)


def test_atom_is_read_and_its_links_are_made_whole(feed: Feed) -> None:
    feed.body = ATOM.encode()

    news.refresh()

    (item,) = news.known().items
    assert item.title == "From Atom"
    assert item.link == feed.url.replace("/feed", "/relative/1")
    assert item.body == "<p>Whole text</p>"


@pytest.mark.django_db
def test_news_from_the_cache_are_sanitized(client: Client, feed: Feed) -> None:
    hostile_item = news.Item("Title", "", "<script>hacked</script><p>Text</p>", None)
    news._cache.set(news._key(), news.News([hostile_item]))

    page = markup(client.get(NEWS))

    assert "<p>Text</p>" in page
    assert "hacked" not in page


def test_items_that_cannot_be_stored_are_a_problem_of_the_feed(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_item = news.Item("\ud800", "", "", None)
    monkeypatch.setattr(news, "parse", lambda _data, _url: ([broken_item], ""))

    news.refresh()

    assert "no proper text" in news.known().problem


@pytest.mark.django_db
def test_scripts_in_the_feed_are_removed(client: Client, feed: Feed) -> None:
    """Regression: a script of the feed ran in the administrator's browser."""
    feed.body = HOSTILE.encode()
    news.refresh()

    for address in (NEWS, LOGIN):
        page = markup(client.get(address))
        assert "Title" in page
        assert "hacked" not in page
        assert "evil.example" not in page


@pytest.mark.django_db
def test_news_are_on_their_page_and_in_brief_beside_the_login(
    client: Client, feed: Feed
) -> None:
    feed.body = RSS.encode()
    news.refresh()

    page, login = markup(client.get(NEWS)), markup(client.get(LOGIN))

    assert "All is <b>well</b>" in page
    assert "Older &amp; calmer" in page
    assert 'href="https://news.example.org/2"' in login
    assert "All is" not in login
    assert f'href="{NEWS}"' in login


def test_pages_do_not_fetch_the_feed(client: Client, db: None, feed: Feed) -> None:
    for address in (NEWS, LOGIN):
        assert client.get(address).status_code == HTTPStatus.OK

    assert feed.request_count == 0
    assert "The news has not been fetched yet" in text(markup(client.get(NEWS)))


def test_the_feed_is_fetched_again_after_its_interval(
    feed: Feed, pass_time: PassTime
) -> None:
    feed.body = RSS.encode()

    for _ in range(3):
        news.refresh()
    assert feed.request_count == 1

    pass_time(601)
    news.refresh()
    assert feed.request_count == 2


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, b"", "HTTP 500"),
        (200, b"<html><p>Under maintenance</p></html>", "neither RSS nor Atom"),
        (200, b"", "neither RSS nor Atom"),
        (200, b"x" * (news.MOST_BYTES + 1), "such files: 2048 KiB"),
        (200, b'<rss version="2.0"><channel><item><title>Tor', "Only a part"),
        (200, RAISING, "It cannot be read"),
        (302, b"", "The connection broke off"),
    ],
    ids=["error", "html", "empty", "huge", "torn", "raising", "to no host"],
)
def test_a_broken_feed_keeps_its_last_news_and_staff_see_the_reason(
    client: Client,
    root: User,
    feed: Feed,
    pass_time: PassTime,
    status: int,
    body: bytes,
    reason: str,
) -> None:
    feed.body = RSS.encode()
    news.refresh()
    pass_time(601)

    feed.status, feed.body = status, body
    feed.headers = {"Location": "http://a..b/"}
    news.refresh()

    page = text(markup(client.get(NEWS)))
    client.force_login(root)
    staff_page = text(markup(client.get(NEWS)))
    if reason != "Only a part":
        assert "Older & calmer" in page
    assert reason in staff_page
    assert feed.url in staff_page
    assert reason not in page


@pytest.mark.django_db
def test_an_unreachable_feed_is_explained(
    client: Client, settings: Settings, pass_time: PassTime
) -> None:
    settings.BRANDING = {**settings.BRANDING, "FEED_URL": "http://127.0.0.1:9/feed"}
    news.refresh()

    page = text(markup(client.get(NEWS)))

    assert "News is temporarily unavailable" in page
    assert "127.0.0.1:9" not in page
    assert client.get(LOGIN).status_code == HTTPStatus.OK


def test_a_broken_feed_is_tried_again_soon_and_recovers(
    feed: Feed, pass_time: PassTime
) -> None:
    feed.status = 503
    news.refresh()
    since = news.known().failing_since
    pass_time(61)
    news.refresh()
    assert news.known().failing_since == since

    feed.status, feed.body = 200, RSS.encode()
    pass_time(121)
    news.refresh()

    assert news.known().problem == ""
    assert len(news.known().items) == 2


@pytest.mark.parametrize(
    "reference", ["&#55357;&#56832;", "&#1114112;", "&#99999999999999999999;"]
)
def test_a_feed_that_makes_the_parser_raise_is_retried_with_backoff(
    feed: Feed, reference: str
) -> None:
    """Regression: such a feed was fetched every 1.5 s, and never reported."""
    feed.body = RSS.replace("More", reference).encode()

    for _ in range(3):
        news.refresh()

    assert feed.request_count == 1
    assert "It cannot be read" in news.known().problem
    assert news.known().failing_since


def test_any_exception_counts_as_a_failure_of_the_feed(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.body = RSS.encode()
    monkeypatch.setattr("apps.pages.news.markup.text", lambda _html: 1 / 0)

    for _ in range(3):
        news.refresh()

    assert feed.request_count == 1
    assert "ZeroDivisionError" in news.known().problem


def test_the_pause_before_a_broken_feed_is_tried_again_grows(
    feed: Feed, pass_time: PassTime
) -> None:
    feed.status = 503
    fetch_minutes = []
    for minute in range(200):
        previous_count = feed.request_count
        news.refresh()
        if feed.request_count > previous_count:
            fetch_minutes.append(minute)
        pass_time(60)

    assert fetch_minutes == [0, 1, 3, 7, 15, 31, 63, 123, 183]


NESTED = "&lt;blockquote&gt;"


@pytest.mark.parametrize("field", ["title", "description"])
def test_nested_tags_take_linear_time(field: str) -> None:
    """Regression: 100,000 of them took minutes."""

    def cpu_s(count: int) -> float:
        body = f"<{field}>{NESTED * count}x</{field}>"
        document = f"<rss version='2.0'><channel><item>{body}</item></channel></rss>"
        start = time.process_time()
        news.parse(document.encode(), "https://news.example.org/")
        return time.process_time() - start

    cpu_s(1)

    assert cpu_s(12_000) < 9 * cpu_s(2_000) + 0.1


@pytest.mark.usefixtures("limited")
def test_a_feed_is_parsed_in_a_limited_process() -> None:
    items, problem = news.parse(RSS.encode(), "https://news.example.org/")

    assert [item.title for item in items] == ["Νεότερα", "Older & calmer"]
    assert problem == ""


@pytest.mark.usefixtures("limited")
def test_a_feed_that_takes_too_long_to_parse_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Regression: the parser, quadratic in an author's name, stopped the watcher."""
    monkeypatch.setattr(limited_process, "CPU_S", 1)
    author = f"x</description><author>{'a' * 400_000}</author><description>"

    with pytest.raises(news.FeedError, match="too much time"):
        news.parse(RSS.replace("More", author).encode(), "https://news.example.org/")


def test_nested_entities_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    doctype = f'<!DOCTYPE rss [<!ENTITY e0 "bomb">{levels}]>'
    document = RSS.replace("<rss", doctype + "<rss").replace("More", "&e8;")

    items, _problem = news.parse(document.encode(), "https://news.example.org/")

    assert all(len(item.html) < 30_000 for item in items)


def test_another_feed_does_not_show_the_news_of_the_first(
    feed: Feed, settings: Settings
) -> None:
    feed.body = RSS.encode()
    news.refresh()

    settings.BRANDING = {**settings.BRANDING, "FEED_URL": "https://other.example/"}

    assert news.known().items == []


@pytest.mark.django_db
def test_a_site_without_a_feed_says_so(client: Client) -> None:
    news.refresh()

    page = markup(client.get(NEWS))

    assert "This site has no news" in text(page)
    assert f'href="{NEWS}"' not in page


def test_a_feed_that_redirects_for_ever_is_given_up(feed: Feed) -> None:
    feed.status, feed.headers = 302, {"Location": feed.url}

    news.refresh()

    assert "from one address to the next" in news.known().problem
    assert feed.request_count <= news.MOST_REDIRECTS + 1


def test_a_file_of_this_machine_is_not_read_in_place_of_a_feed() -> None:
    with pytest.raises(news.FeedError):
        news.parse(b"/etc/passwd", "https://news.example.org/")


def test_the_watcher_refreshes_the_news() -> None:
    assert "news" in [loop.name for loop in Watcher()._loops]


@given(st.one_of(st.binary(), st.text().map(lambda t: RSS.replace("More", t).encode())))
def test_any_feed_is_parsed_or_refused(data: bytes) -> None:
    try:
        items, _problem = news.parse(data, "https://news.example.org/")
    except news.FeedError:
        return
    assert all("<script" not in item.html for item in items)
