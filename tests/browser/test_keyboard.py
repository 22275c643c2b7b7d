"""Keyboard use: every control is reachable, with visible focus."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

MACHINE = "/instances/athens/web1.alice.example.org/"
MOST_STOPS = 80
# All controls; of a group of radio buttons only the chosen one.
CONTROLS = """() => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.disabled
    && e.tabIndex >= 0 && (e.type !== "radio" || e.checked))
  .map((e, number) => { e.dataset.control = number; return number; })"""
START = "() => { document.body.tabIndex = -1; document.body.focus(); }"
FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    || style.boxShadow !== "none";
  return [e.dataset.control ?? null, seen, e.outerHTML.slice(0, 120)];
}"""


def test_the_skip_link_leads_past_the_navigation(visit: Visits) -> None:
    page = visit("alice")

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("#main$"))
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("path", ["/", MACHINE, "/history/"])
def test_a_slash_focuses_the_search(visit: Visits, path: str) -> None:
    page = visit("alice", path)
    search = page.get_by_role("combobox", name="Search everything")

    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("a/b")
    expect(search).to_have_value("a/b")


@pytest.mark.parametrize(
    ("person", "path"),
    [
        ("", "/accounts/login/"),
        ("alice", "/?q=web"),
        ("root", "/?q=web1.alice&state=running"),
        ("alice", MACHINE),
        ("alice", "/history/"),
    ],
)
def test_every_control_is_reachable_with_visible_focus(
    visit: Visits, person: str, path: str
) -> None:
    page = visit(person, path)
    controls = {str(number) for number in page.evaluate(CONTROLS)}

    reached, without_focus_ring = walk(page)

    missed = [f"[data-control='{number}']" for number in controls - reached]
    assert not [
        page.locator(selector).evaluate("e => e.outerHTML") for selector in missed
    ]
    assert not without_focus_ring


def walk(page: Page) -> tuple[set[str], list[str]]:
    """Press Tab through a page.

    Return the controls that were focused, and the markup of those without focus ring.
    """
    page.evaluate(START)
    reached: set[str] = set()
    without_focus_ring: list[str] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        control, is_visible, markup = page.evaluate(FOCUSED)
        if control is None or control in reached:
            break
        reached.add(control)
        if not is_visible:
            without_focus_ring.append(markup)
    return reached, without_focus_ring


def test_a_machine_is_rebooted_without_a_mouse(visit: Visits) -> None:
    page = visit("alice", "/?q=web2")
    page.get_by_role("checkbox", name="Select web2").focus()
    page.keyboard.press("Space")
    bar = page.get_by_role("region", name="Selected machines")
    bar.get_by_role("button", name="Reboot…").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Reboot these machines?")

    page.get_by_role("button", name="Reboot", exact=True).press("Enter")

    state = page.get_by_role("row", name="web2").locator(".c-state")
    expect(state).to_have_text("Rebooting…")
    expect(state).to_have_text("Running")
