"""Logging in, and the machines that each user sees."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import assert_looks_right, names, open_menu, row, take_picture
from tests.browser.visits import Visits, log_in

pytestmark = pytest.mark.browser

ALICES = {"web1", "web2", "web10", "build1", "locked1"}


def test_a_wrong_password_is_reported_at_the_form(visit: Visits) -> None:
    page = visit("", "/accounts/login/")

    log_in(page, "alice", "wrong")

    expect(page.get_by_role("alert")).to_contain_text("Incorrect user name or password")
    expect(page.get_by_label("User name")).to_have_value("alice")
    assert_looks_right(page, "login-wrong")


def test_a_user_logs_in_and_out(visit: Visits) -> None:
    page = visit("", "/history/")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/history/"))
    expect(page.get_by_text("Log in to see this page.")).to_be_visible()

    log_in(page, "carol")
    expect(page.get_by_role("heading", level=1)).to_have_text("History")

    open_menu(page, "Account of carol").get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    page.goto("/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_an_owner_sees_her_machines_and_no_nodes_or_owners(visit: Visits) -> None:
    page = visit("alice", "/?cluster=athens")

    listed = {name.partition(".")[0] for name in names(page)}

    assert listed == ALICES
    expect(page.get_by_role("columnheader", name="Node")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Owners")).to_have_count(0)
    expect(page.get_by_role("link", name="My machines")).to_be_visible()


def test_a_member_sees_the_machines_of_the_group(visit: Visits) -> None:
    page = visit("bob")

    assert names(page) == ["db1.shop.example.org"]
    expect(page.get_by_text("1 machine", exact=True)).to_be_visible()


def test_an_empty_list_says_why(visit: Visits) -> None:
    page = visit("carol")

    expect(page.get_by_role("heading", level=2).last).to_have_text(
        "You don't have any machines yet"
    )
    expect(
        page.get_by_role("main").get_by_role("link", name="Apply for a machine")
    ).to_be_visible()
    assert_looks_right(page, "list-empty")


def test_a_viewer_sees_all_and_may_do_nothing(visit: Visits) -> None:
    page = visit("olga", "/?cluster=athens&q=alice")

    machine = row(page, "web1.alice.example.org")

    expect(machine.locator(".c-owner")).to_have_text("alice")
    expect(machine.locator(".c-node")).to_have_text(re.compile(r"node\d"))
    expect(machine.get_by_role("button", name="More actions")).to_be_disabled()
    expect(machine.get_by_title("You can view this machine")).to_be_visible()
    take_picture(page, "list-viewer")


def test_root_sees_all_and_may_do_all(visit: Visits) -> None:
    page = visit("root", "/?cluster=athens&q=locked1")

    machine = row(page, "locked1.alice.example.org")
    machine.get_by_role("button", name="More actions").click()

    expect(machine.get_by_role("button", name="Reboot…")).to_be_visible()
    expect(page.get_by_role("link", name="Administration")).to_be_visible()
