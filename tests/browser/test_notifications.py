"""A notification to a node's owners: composed, previewed, sent once each, read."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.mailbox import Mailbox
from tests.browser.screen import assert_looks_right
from tests.browser.site import SimulatedSite
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

SUBJECT = "New power supply"
NODE = "node1.athens.example.org"


def compose(page: Page) -> None:
    """Write to the owners of the node, with its secondary machines."""
    page.goto("/notifications/new")
    page.get_by_label("Find users, groups").press_sequentially("node1.ath", delay=20)
    page.get_by_role("button", name=f"Add {NODE}").click()
    expect(page.get_by_role("button", name=f"Remove {NODE}")).to_be_visible()
    english = page.get_by_role("group", name="English")
    english.get_by_label("Subject").fill(SUBJECT)
    english.get_by_label("Text").fill("Dear {{ user }}: **{{ instances }}** {{ x }}")
    page.get_by_label("Nodes: also machines").check()


def test_a_notification_reaches_a_nodes_owners_once(
    site: SimulatedSite, visit: Visits
) -> None:
    page = visit("root")
    compose(page)
    assert_looks_right(page, "notification-compose")
    page.get_by_role("button", name="Show recipients and preview").click()

    expect(page.get_by_text("Not a placeholder")).to_contain_text("{{ x }}")
    page.get_by_role("link", name="dave", exact=True).click()
    expect(page.locator("#preview .written")).to_contain_text("Dear dave:")
    assert_looks_right(page, "notification-review", thorough=True)
    send = page.get_by_role("button", name=re.compile(r"Send to \d+ recipient"))
    send.click()

    expect(page.locator("#progress")).to_contain_text(re.compile(r"(\d+) of \1"))
    expect(page.locator("#list")).to_contain_text("Delivered")
    assert_looks_right(page, "notification-sent")
    mails = [
        str(mail["To"])
        for mail in site.product.mails()
        if SUBJECT in str(mail["Subject"])
    ]
    assert "dave@example.org" in mails
    assert len(mails) == len(set(mails))
    text = Mailbox(site.product).read("dave@example.org", SUBJECT)
    assert "Dear dave: **" in text

    reader = visit("dave", phone=True)
    reader.goto("/notifications/mine/")
    expect(reader.locator(".inbox .unread")).to_have_count(1)
    assert_looks_right(reader, "notification-inbox")
    reader.get_by_role("link", name=SUBJECT).click()
    expect(reader.locator(".written")).to_contain_text("Dear dave:")
    reader.get_by_role("button", name="Mark as read").click()

    expect(reader.locator(".inbox li")).to_have_count(1)
    expect(reader.locator(".inbox .unread")).to_have_count(0)
