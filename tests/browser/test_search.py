"""The search in the top bar, by keyboard and without scripts."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screen import assert_looks_right
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search everything")


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def test_suggestions_are_reached_by_keyboard(visit: Visits) -> None:
    page = visit("root", "/history/")

    page.keyboard.press("/")
    page.keyboard.type("alice")

    expect(options(page).first).to_be_visible()
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("group", name="Users").get_by_role("option")).to_have_count(
        1
    )
    page.keyboard.press("ArrowUp")
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    assert_looks_right(page, "search-suggestions")

    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(field(page)).to_have_value("alice")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/user/info/user/alice$"))


def test_enter_opens_the_page_of_all_results(visit: Visits) -> None:
    page = visit("olga", "/history/")

    field(page).fill("athens")
    field(page).press("Enter")

    expect(page).to_have_url(re.compile(r"/search/\?q=athens$"))
    expect(page.get_by_role("region", name="Nodes")).to_be_visible()
    assert_looks_right(page, "search-results")


def test_the_search_works_without_scripts(visit: Visits) -> None:
    page = visit("alice", "/history/", java_script_enabled=False)
    search = page.get_by_role("searchbox", name="Search everything")

    search.fill("web10")
    search.press("Enter")

    page.get_by_role("link", name="web10.alice.example.org").click()
    expect(page).to_have_url(re.compile("/instances/athens/web10"))
