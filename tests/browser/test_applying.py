"""Applying for a machine: the form, its total, the list, withdrawing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import assert_looks_right, notice
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser


def test_an_application_is_filed_and_withdrawn(visit: Visits) -> None:
    page = visit("alice", "/application/apply")
    assert_looks_right(page, "apply")
    page.get_by_label("Host name").fill("new1")
    page.get_by_label("Name", exact=True).fill("Alice Liddell")

    page.get_by_label("Memory").select_option("4 GiB")
    memory = page.locator("#total tbody tr").nth(1).locator("td")
    expect(memory.nth(1)).to_have_text("4")
    page.get_by_role("button", name="Submit application").click()

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("fully qualified domain name")
    expect(summary).to_contain_text("You must accept the terms")
    assert_looks_right(page, "apply-wrong")
    summary.get_by_role("link", name="Host name").click()
    expect(page.get_by_label("Host name")).to_be_focused()
    expect(page.get_by_label("Memory")).to_have_value("4096")

    page.get_by_label("Host name").fill("New1.alice.example.org")
    page.get_by_label("I accept the terms of service").check()
    page.get_by_role("button", name="Submit application").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("new1.alice.example.org")
    expect(notice(page, "was submitted")).to_be_visible()
    expect(page.locator(".machine-head .state")).to_have_text("Pending")
    assert_looks_right(page, "application")

    page.get_by_text("Withdraw…").click()
    page.get_by_role("button", name="Withdraw application").click()
    expect(page.locator(".machine-head .state")).to_have_text("Withdrawn")


def test_the_list_is_filtered_while_typing_and_keeps_its_address(
    visit: Visits,
) -> None:
    page = visit("dave", "/application/apply")
    for name in ("shop1", "shop2", "shop10"):
        page.goto("/application/apply")
        page.get_by_label("Host name").fill(f"{name}.dave.example.org")
        page.get_by_label("Name", exact=True).fill("Dave")
        page.get_by_label("I accept the terms of service").check()
        page.get_by_role("button", name="Submit application").click()
        expect(page.locator(".machine-head .state")).to_have_text("Pending")

    page.goto("/application/list")
    assert_looks_right(page, "applications")
    page.get_by_role("link", name="Host name").click()
    expect(page).to_have_url(re.compile("sort=name"))
    names = page.locator("table.applications tbody .c-name a")
    expect(names).to_have_text([f"shop{n}.dave.example.org" for n in (1, 2, 10)])

    page.get_by_label("Search applications").fill("shop1")
    expect(names).to_have_count(2)
    expect(page).to_have_url(re.compile(r"q=shop1.*sort=name"))
    page.reload()
    expect(names).to_have_count(2)


def test_applying_works_without_javascript(visit: Visits) -> None:
    page = visit("bob", "/application/apply", java_script_enabled=False)
    page.get_by_label("Host name").fill("plain1.bob.example.org")
    page.get_by_label("Name", exact=True).fill("Bob")
    page.get_by_label("I accept the terms of service").check()
    page.get_by_role("button", name="Submit application").click()
    expect(page.locator(".machine-head .state")).to_have_text("Pending")

    page.goto("/application/list")
    page.get_by_label("Status").select_option("All open")
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page).to_have_url(re.compile("status=open"))
    page.get_by_role("link", name="plain1.bob.example.org").click()

    page.get_by_text("Withdraw…").click()
    page.get_by_role("button", name="Withdraw application").click()
    expect(page.locator(".machine-head .state")).to_have_text("Withdrawn")
