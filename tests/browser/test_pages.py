"""Brand, flat pages and news in a browser."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.screen import assert_looks_right, reload_until
from tests.browser.visits import Visits
from tests.local_server import served
from tests.product import Product

pytestmark = pytest.mark.browser

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>
<item><title>Calm &lt;script&gt;window.hacked=1&lt;/script&gt; news</title>
<link>https://news.example.org/1</link><description>&lt;p&gt;All is well&lt;/p&gt;
&lt;img src=x onerror="window.hacked=1"&gt;</description></item></channel></rss>"""
FRAMED = "<!doctype html><title>x</title><p>Framed</p>"
ANALYTICS = "<script>window.counted = document.title;</script>"


@pytest.fixture(scope="module")
def other_site() -> Iterator[str]:
    """Serve a feed and pages to be framed, as another site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_feed = self.path == "/feed"
            body = (FEED if is_feed else FRAMED).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml" if is_feed else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with served(server):
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def branded(
    tmp_path_factory: pytest.TempPathFactory, other_site: str
) -> Iterator[Product]:
    """Run the product with all settings of BRANDING."""
    directory = tmp_path_factory.mktemp("branded")
    snippet = directory / "analytics.html"
    snippet.write_text(ANALYTICS)
    branding = {
        # Too light to be readable on a light background.
        "ACCENT_COLOUR": "#ffb300",
        "VIDEO": f"{other_site}/player",
        "FOOTER_ICONS_IFRAME": f"{other_site}/icons",
        "FEED_URL": f"{other_site}/feed",
        "ANALYTICS_FILE_PATH": str(snippet),
        "SERVICE_PROVIDED_BY": {
            "NAME": "Example University",
            "URL": "https://www.example.org/",
            "SOCIAL_NETWORKS": [
                {"NAME": "Mastodon", "URL": "https://s.example/", "ICON": "mastodon"}
            ],
        },
    }
    with Product(directory, BRANDING=branding) as product:
        product.manage("loaddata", "flatpages", "--verbosity=0")
        yield product


@pytest.fixture
def visit_branded(chromium: Browser, branded: Product) -> Iterator[Visits]:
    visits = Visits(chromium, branded.url, {})
    # axe posts messages to frames too, and those of other sites don't listen.
    visits.expect_console_error("Failed to execute 'postMessage'")
    yield visits
    visits.close()


def test_all_parts_of_the_brand_are_loaded_and_accessible(
    visit_branded: Visits,
) -> None:
    page = visit_branded("", "/accounts/login/")
    news = page.get_by_role("region", name="News")
    reload_until(page, news)

    expect(news.get_by_role("link", name="Calm news")).to_be_visible()
    for frame in page.locator("iframe").all():
        expect(frame.content_frame.get_by_text("Framed")).to_be_attached()
    assert page.evaluate("() => window.counted") == page.title()
    assert_looks_right(page, "login-branded", thorough=True)


@pytest.mark.parametrize(
    "path", ["/news", "/about/info/", "/about/tos/", "/about/faq/"]
)
def test_pages_are_accessible(visit_branded: Visits, path: str) -> None:
    page = visit_branded("", path)

    assert_looks_right(page, path.strip("/").replace("/", "-"), thorough=True)


def test_no_script_of_the_feed_runs(visit_branded: Visits) -> None:
    page = visit_branded("", "/news")
    reload_until(page, page.get_by_role("link", name="Calm news"))

    expect(page.get_by_text("All is well")).to_be_visible()
    assert page.evaluate("() => window.hacked") is None


def test_the_footer_is_at_the_bottom_of_a_short_page(visit_branded: Visits) -> None:
    page = visit_branded("", "/about/info/")

    box = page.get_by_role("contentinfo").bounding_box()

    assert box is not None
    assert abs(box["y"] + box["height"] - 800) < 2


def test_browsers_load_nothing_from_other_sites(
    visit_branded: Visits, other_site: str
) -> None:
    page = visit_branded("", "/accounts/login/")
    visit_branded.expect_console_error("Content Security Policy|violates|Fetch API")

    refused = page.evaluate(
        "address => fetch(address).then(() => false, () => true)", f"{other_site}/feed"
    )

    assert refused


def test_pages_are_read_without_javascript(chromium: Browser, branded: Product) -> None:
    context = chromium.new_context(
        base_url=branded.url, java_script_enabled=False, locale="el"
    )
    page = context.new_page()

    page.goto("/about/tos/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Όροι χρήσης")
    context.close()
