"""Brand, flat pages and news in a browser."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.screen import (
    assert_fits,
    assert_looks_right,
    notice,
    reload_until,
    take_picture,
)
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
# As Jira's issue collector does it: the values go to a frame of Jira's.
COLLECTOR = """
  const {origin} = new URL(document.currentScript.src);
  const properties = window.ATL_JQ_PAGE_PROPS;
  properties.triggerFunction(() => {
    const container = document.createElement("div");
    container.id = "atlwdg-container";
    container.style.cssText = "width: 810px; height: 450px";
    const frame = document.createElement("iframe");
    frame.id = "atlwdg-frame";
    frame.title = "Report";
    frame.src = `${origin}/form`;
    frame.addEventListener("load", () =>
      frame.contentWindow.postMessage(JSON.stringify(properties), origin));
    container.append(frame);
    document.body.append(container);
  });"""
FORM = """<!doctype html><title>x</title><pre></pre><script>
  onmessage = ({data}) => document.querySelector("pre").textContent = data</script>"""

Pages = dict[str, tuple[str, str]]  # content type and body by path


@contextmanager
def serve(pages: Pages, default: tuple[str, str]) -> Iterator[str]:
    """Serve pages as another site; yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content_type, text = pages.get(self.path, default)
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with served(server):
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def other_site() -> Iterator[str]:
    """Serve a feed and pages to be framed, as another site."""
    with serve({"/feed": ("text/xml", FEED)}, ("text/html", FRAMED)) as url:
        yield url


@pytest.fixture(scope="module")
def jira() -> Iterator[str]:
    """Serve a script like Jira's issue collector, and its form; return its URL."""
    form = ("text/html", FORM)
    with serve({"/collector.js": ("text/javascript", COLLECTOR)}, form) as url:
        yield f"{url}/collector.js"


@pytest.fixture(scope="module")
def branded(
    tmp_path_factory: pytest.TempPathFactory, other_site: str, jira: str
) -> Iterator[Product]:
    """Run the product with all settings of BRANDING, and a helpdesk."""
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
    settings: dict[str, Any] = {
        "BRANDING": branding,
        "HELPDESK_INTEGRATION_JAVASCRIPT_URL": jira,
        "HELPDESK_INTEGRATION_JAVASCRIPT_PARAMS": {"summary": "A VPS"},
    }
    with Product(directory, **settings) as product:
        product.manage("loaddata", "flatpages", "--verbosity=0")
        product.shell(
            "from django.contrib.auth.models import User; User.objects.create_user("
            "'alice', 'alice@example.org', 'alice', first_name='Alice')"
        )
        yield product


@pytest.fixture
def visit_branded(chromium: Browser, branded: Product) -> Iterator[Visits]:
    visits = Visits(chromium, branded.url, {})
    # axe posts messages to frames too, and those of other sites don't listen.
    visits.allow_console_error("Failed to execute 'postMessage'")
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


def test_a_problem_is_reported_to_the_helpdesk(visit_branded: Visits) -> None:
    page = visit_branded("alice", "/history/", phone=True)
    assert_fits(page)

    page.get_by_role("button", name="Report a problem").click()

    form = page.frame_locator("#atlwdg-frame").locator("pre")
    expect(form).to_contain_text("fieldValues")
    properties = json.loads(form.inner_text())
    assert properties["fieldValues"] == {
        "fullname": "Alice",
        "email": "alice@example.org",
        "summary": "A VPS",
    }
    assert properties["environment"]["Page"] == page.url
    take_picture(page, "helpdesk")


def test_a_helpdesk_that_is_away_is_reported(visit_branded: Visits) -> None:
    page = visit_branded("", "/news")
    visit_branded.allow_console_error("ERR_FAILED")
    page.route("**/collector.js", lambda route: route.abort())

    page.get_by_role("button", name="Report a problem").click()

    expect(notice(page, "The helpdesk isn't responding.")).to_be_visible()
    expect(page.get_by_role("button", name="Report a problem")).to_be_enabled()


def test_the_footer_is_at_the_bottom_of_a_short_page(visit_branded: Visits) -> None:
    page = visit_branded("", "/about/info/")

    box = page.get_by_role("contentinfo").bounding_box()

    assert box is not None
    assert abs(box["y"] + box["height"] - 800) < 2


def test_browsers_load_nothing_from_other_sites(
    visit_branded: Visits, other_site: str
) -> None:
    page = visit_branded("", "/accounts/login/")
    visit_branded.allow_console_error("Content Security Policy|violates|Fetch API")

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
