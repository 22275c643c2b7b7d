"""Scripts in names, tags, entries and queries are shown as text."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import row
from tests.browser.site import HOSTILE_NAME, Site
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

SCRIPT = "<script>window.hacked=1</script>"
OWNER = "<img src=x onerror=window.hacked=1>"
WRITE_ENTRY = f"""
from apps.auditlog.models import AuditEntry
from apps.ganeti.state import snapshots
from apps.ganeti.models import Cluster
name = "web10.alice.example.org"
[athens] = snapshots.current(Cluster.objects.filter(slug="athens"))
AuditEntry.objects.create(username={SCRIPT!r}, action={SCRIPT!r}, detail={OWNER!r},
    cluster="athens", target_kind="instance", target_name=name,
    target_id=athens.contents.instances[name].uuid)
"""


def script_ran(page: Page) -> bool:
    return bool(page.evaluate("() => 'hacked' in window"))


def test_a_script_in_a_tag_is_text(visit: Visits) -> None:
    page = visit("root", "/?q=hostile1")
    expect(row(page, "hostile1.example.org").locator(".owner")).to_have_text(OWNER)
    assert not script_ran(page)

    page.goto("/instances/athens/hostile1.example.org/")
    expect(page.locator(".owner").first).to_contain_text(OWNER)
    assert not script_ran(page)


def test_a_script_in_a_name_is_text(visit: Visits) -> None:
    page = visit("root", f"/?q={quote('<img')}")
    assert not script_ran(page)

    row(page, HOSTILE_NAME).get_by_role("link", name=HOSTILE_NAME).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE_NAME)
    assert not script_ran(page)


def test_a_script_in_the_history_is_text(site: Site, visit: Visits) -> None:
    site.product.shell(WRITE_ENTRY)

    for path in ("/history/", "/instances/athens/web10.alice.example.org/"):
        page = visit("root", path)
        expect(page.locator(".l-who").first).to_contain_text(SCRIPT)
        expect(page.locator(".l-what").first).to_contain_text(SCRIPT)
        assert not script_ran(page)


@pytest.mark.parametrize("path", ["/", "/history/"])
def test_a_script_in_the_address_is_text(visit: Visits, path: str) -> None:
    page = visit("root", f"{path}?q={quote(SCRIPT)}")

    expect(page.locator(".chip")).to_contain_text(SCRIPT)
    assert not script_ran(page)


def test_nothing_is_loaded_from_other_sites(site: Site, visit: Visits) -> None:
    page = visit.window("root")
    requested_urls: list[str] = []
    page.on("request", lambda request: requested_urls.append(request.url))

    for path in ("/", "/instances/athens/web1.alice.example.org/", "/admin/"):
        page.goto(path)

    assert [
        url for url in requested_urls if not url.startswith((site.url, "data:"))
    ] == []
