"""The list of machines: search, filters, order, pages, columns."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import (
    assert_looks_right,
    filters,
    is_same_page,
    names,
    open_menu,
    remember,
    row,
    take_picture,
)
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

WEBS = ["web1", "web2", "web10"]


def short_names(page: Page) -> list[str]:
    return [name.partition(".")[0] for name in names(page)]


def search(page: Page, text: str) -> None:
    page.get_by_role("searchbox", name="Filter machines").press_sequentially(text)


def test_the_list_looks_right(visit: Visits) -> None:
    page = visit("root", "/?cluster=athens&size=20")

    assert_looks_right(page, "list", thorough=True)


def test_typing_filters_and_back_goes_back(visit: Visits) -> None:
    page = visit("alice")
    all_names = names(page)
    remember(page)

    search(page, "web1 alice.ex")

    expect(page).to_have_url(re.compile(r"/\?q=web1\+alice.ex$"))
    expect(page.get_by_text(re.compile(r"2\s+of \d+ machines"))).to_be_visible()
    assert short_names(page) == ["web1", "web10"]
    assert is_same_page(page)

    page.go_back()

    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.locator("table.machines tbody tr")).to_have_count(len(all_names))
    assert names(page) == all_names
    expect(page.get_by_role("searchbox", name="Filter machines")).to_have_value("")


def test_search_and_filters_work_without_scripts(visit: Visits) -> None:
    page = visit("alice", java_script_enabled=False)

    field = page.get_by_role("searchbox", name="Filter machines")
    field.fill("alice.example web")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"q=alice.example\+web"))
    assert short_names(page) == WEBS

    filters(page).get_by_label("State").select_option("stopped")
    filters(page).get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="No matching machines")).to_be_visible()
    take_picture(page, "list-nothing-fits-without-scripts")


def test_a_machine_is_found_by_its_mac(visit: Visits) -> None:
    page = visit("root")
    machine = visit("root", "/instances/athens/web10.alice.example.org/")
    mac = machine.locator("#network + .scrolls code")

    page.get_by_role("searchbox", name="Filter machines").fill(mac.inner_text().upper())

    expect(page.locator("table.machines tbody tr")).to_have_count(1)
    assert short_names(page) == ["web10"]


def test_filters_are_chips_that_one_click_clears(visit: Visits) -> None:
    page = visit("root", "/?cluster=athens&q=alice")
    remember(page)

    filters(page).get_by_label("State").select_option("running")
    filters(page).get_by_label("Mark").select_option("locked")

    expect(page).to_have_url(re.compile("mark=locked"))
    expect(row(page, "locked1.alice.example.org")).to_be_visible()
    assert short_names(page) == ["locked1"]
    expect(page.locator(".chip")).to_have_count(4)
    take_picture(page, "list-chips")

    assert is_same_page(page)
    page.locator(".chip").filter(has_text="Mark").click()
    expect(page.locator(".chip")).to_have_count(3)
    expect(filters(page).get_by_label("Mark")).to_have_value("")
    page.get_by_role("link", name="Clear all").click()
    expect(page).to_have_url(re.compile(r"/\??$"))
    expect(page.locator(".chip")).to_have_count(0)


def test_names_sort_naturally(visit: Visits) -> None:
    page = visit("alice", "/?q=web+alice.ex")
    assert short_names(page) == WEBS
    head = page.get_by_role("columnheader", name="Name")
    expect(head).to_have_attribute("aria-sort", "ascending")
    remember(page)

    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert short_names(page) == WEBS[::-1]

    page.get_by_role("columnheader", name="Memory").get_by_role("link").click()
    expect(page).to_have_url(re.compile("sort=memory"))
    assert short_names(page) == ["web2", "web1", "web10"]
    assert is_same_page(page)


def test_the_page_size_can_be_chosen(visit: Visits) -> None:
    page = visit("root", "/?cluster=athens&q=dave")
    rows = page.locator("table.machines tbody tr")
    expect(rows).to_have_count(50)

    page.get_by_role("navigation", name="Machines per page").get_by_text("20").click()
    expect(rows).to_have_count(20)
    first_page = names(page)
    pages = page.get_by_role("navigation", name="Pagination")
    pages.get_by_role("link", name="2", exact=True).click()

    expect(page).to_have_url(re.compile("page=2"))
    expect(page.locator(".pager .digits")).to_contain_text(re.compile("21.40 of "))
    assert not set(first_page) & set(names(page))


def test_columns_are_remembered_after_logging_out(visit: Visits) -> None:
    page = visit("dave", "/?cluster=athens&size=20")
    expect(page.get_by_role("columnheader", name="Cluster")).to_be_visible()

    page.get_by_role("button", name="Columns").click()
    page.locator(".columns-menu").get_by_label("Cluster").uncheck()
    page.locator(".columns-menu").get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"cluster=athens&size=20"))
    expect(page.get_by_role("columnheader", name="Cluster")).to_have_count(0)

    open_menu(page, "Account of dave").get_by_role("button", name="Log out").click()
    visit.forget("dave")
    page = visit("dave")
    expect(page.get_by_role("columnheader", name="Memory")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Cluster")).to_have_count(0)
