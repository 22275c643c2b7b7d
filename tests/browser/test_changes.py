"""Changes of a machine by owners and staff."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import assert_looks_right, is_same_page, notice, remember
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

WEB1 = "athens/web1.alice.example.org"
WEB2 = "athens/web2.alice.example.org"
LOCKED = "athens/locked1.alice.example.org"


@pytest.mark.parametrize(
    ("name", "person", "path"),
    [
        ("machine-managed", "root", f"/instances/{WEB1}/"),
        ("configure", "alice", f"/instances/{WEB1}/configure"),
        ("configure-locked", "alice", f"/instances/{LOCKED}/configure"),
        ("whitelist", "alice", f"/instances/whitelist/{WEB1}"),
        ("owners", "alice", f"/instances/tags/{WEB1}"),
        ("owners-found", "root", f"/instances/tags/{WEB1}?q=ca"),
    ],
)
def test_a_page_looks_right(visit: Visits, name: str, person: str, path: str) -> None:
    assert_looks_right(visit(person, path), name)


def test_errors_of_a_form_link_to_their_fields(visit: Visits) -> None:
    page = visit("alice", f"/instances/{WEB1}/configure")

    page.get_by_label("CD-ROM", exact=True).fill("ftp://example.org/a.iso")
    page.get_by_label("Network card").select_option("e1000")
    visit.expect_console_error("status of 400")
    page.get_by_role("button", name="Change configuration").click()

    page.get_by_role("alert").get_by_role("link", name="CD-ROM").click()
    expect(page.get_by_label("CD-ROM", exact=True)).to_be_focused()
    expect(page.get_by_label("CD-ROM", exact=True)).to_have_value(
        "ftp://example.org/a.iso"
    )
    expect(page.get_by_label("Network card")).to_have_value("e1000")
    assert_looks_right(page, "configure-mend")


def test_a_change_is_shown_until_the_needed_reboot(visit: Visits) -> None:
    page = visit("alice", f"/instances/{WEB2}/configure")

    page.get_by_label("Network card").select_option("e1000")
    page.get_by_role("button", name="Change configuration").click()
    expect(page.locator(".flag-needs_reboot")).to_be_visible()
    expect(page.locator("#manage")).to_contain_text("e1000")
    page.get_by_text("Reboot…").click()
    page.get_by_role("button", name="Reboot", exact=True).click()
    remember(page)

    expect(page.locator(".flag-needs_reboot")).to_have_count(0)
    expect(page.locator("#history")).to_contain_text(
        "Network card: paravirtual → e1000"
    )
    assert is_same_page(page)


def test_staff_search_users_while_typing(visit: Visits) -> None:
    page = visit("root", f"/instances/tags/{WEB2}")
    remember(page)

    page.get_by_label("Part of the name").press_sequentially("zo")
    add = page.get_by_role("button", name="Add zoe")
    expect(add).to_be_visible()
    assert is_same_page(page)
    add.click()

    expect(notice(page, "Changing owners…")).to_be_visible()


def test_a_machine_is_isolated_and_reconnected(visit: Visits) -> None:
    page = visit("root", f"/instances/{WEB1}/")

    page.get_by_role("button", name="Isolate", exact=True).click()
    expect(page.locator("#manage")).to_contain_text("all network access is blocked")
    page.get_by_role("button", name="Reconnect").click()

    expect(page.locator("#manage")).to_contain_text("Connected.")
