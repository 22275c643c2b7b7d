"""The profile with its keys, and the pages of users and groups."""

import re

import pytest
from playwright.sync_api import expect

from tests.accounts.keys import DSA, ED25519, RSA_2048
from tests.browser.screen import assert_looks_right, notice, open_menu, row
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser


def test_a_new_user_is_greeted_and_completes_the_profile(visit: Visits) -> None:
    page = visit("dave")
    greeting = page.get_by_role("note")
    expect(greeting).to_contain_text("Welcome, dave.")
    assert_looks_right(page, "greeting")

    greeting.get_by_role("link", name="profile").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Profile")
    assert_looks_right(page, "profile-new", thorough=True)
    visit.expect_console_error("status of 400")
    page.get_by_label("First name").fill("Dave")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Surname")
    assert_looks_right(page, "profile-wrong")
    page.get_by_label("Surname").fill("Davidson")
    page.get_by_role("button", name="Save").click()
    expect(notice(page, "Your profile was changed.")).to_be_visible()

    page.get_by_label("Public keys").fill(f"{ED25519} laptop\n{DSA}\n{RSA_2048}\n")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Line 2: DSA keys are too weak").last).to_be_visible()
    expect(page.get_by_label("Public keys")).to_have_value(re.compile("laptop"))
    assert_looks_right(page, "profile-bad-key")
    page.get_by_label("Public keys").fill(f"{ED25519} laptop\n{RSA_2048}\n")
    page.get_by_role("button", name="Add").click()
    expect(notice(page, "2 keys were added.")).to_be_visible()
    assert_looks_right(page, "profile-keys", thorough=True)

    page.goto("/")
    expect(page.get_by_text("Welcome, dave.")).to_have_count(0)


def test_a_key_is_deleted_after_confirmation(visit: Visits) -> None:
    page = visit("carol")
    open_menu(page, "Account of carol").get_by_role("link", name="Profile").click()
    page.get_by_label("Public keys").fill(f"{ED25519} carols")
    page.get_by_role("button", name="Add").click()

    page.get_by_role("link", name="Delete… carols").click()
    assert_looks_right(page, "key-delete")
    page.get_by_role("button", name="Delete key").click()

    expect(notice(page, "The key carols was deleted.")).to_be_visible()
    expect(page.get_by_text("You don't have any keys yet.")).to_be_visible()


def test_a_change_of_the_mail_address_is_requested_and_cancelled(visit: Visits) -> None:
    page = visit("bob", "/user/profile/")

    page.get_by_text("Change the address").click()
    page.get_by_label("New address").fill("bob@new.example.org")
    page.get_by_label("Your password").fill("bob")
    page.get_by_role("button", name="Send the link").click()

    expect(notice(page, "We sent a link to bob@new.example.org.")).to_be_visible()
    assert_looks_right(page, "profile-mail-asked")
    page.get_by_role("button", name="Keep the old address").click()
    expect(notice(page, "Your address stays the same")).to_be_visible()

    visit.expect_console_error("status of 404")
    page.goto("/user/profile/mail/nonsense/")
    assert_looks_right(page, "mail-void")


def test_staff_open_the_page_of_an_owner(visit: Visits) -> None:
    page = visit("olga", "/?cluster=athens&q=alice")

    row(page, "web1.alice.example.org").get_by_role(
        "link", name="alice", exact=True
    ).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("alice")
    expect(row(page, "web1.alice.example.org")).to_be_visible()
    assert_looks_right(page, "user-info", thorough=True)
    page.goto("/user/info/group/shop")
    expect(page.get_by_role("link", name="bob")).to_be_visible()
    assert_looks_right(page, "group-info")
