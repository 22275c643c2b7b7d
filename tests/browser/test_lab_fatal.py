"""Reinstalling, renaming and destroying a real machine by mailed links."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import notice, reload_until, row, take_picture
from tests.browser.site import Site
from tests.browser.visits import JOB_MS, Visits
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.lab]

OLD_NAME, NEW_NAME = "fatal-old.example.org", "fatal-new.example.org"
LINK = re.compile(r"http://[^/]+(/cluster/instance/destreinst/\S+)")
CLUSTER_PATH = "/instances/lab-fake"


@pytest.fixture
def lab_with_machine(real_clusters: dict[str, Lab]) -> Iterator[Lab]:
    lab = real_clusters["lab-fake"]
    lab.remove(NEW_NAME)
    tags = ["ganetimgr:user:alice"]
    with lab.instances(OLD_NAME, tags=tags, start=True, no_install=False):
        lab.finish(modify(lab, OLD_NAME, {"img_id": "old", "img_passwd": "left"}))
        yield lab
        lab.remove(NEW_NAME)


def modify(lab: Lab, name: str, osparams: dict[str, str]) -> int:
    body = {"osparams": osparams}
    return int(lab.request("PUT", f"/2/instances/{name}/modify", body=body))


def osparams(lab: Lab, name: str) -> dict[str, str]:
    """Return the custom OS parameters of an instance."""
    body = {"fields": ["custom_osparams"], "filter": ["=", "name", name]}
    answer = lab.request("PUT", "/2/query/instance", body=body)
    parameters: dict[str, str] = answer["data"][0][0][1]
    return parameters


def test_a_machine_is_reinstalled_renamed_and_destroyed(
    lab_with_machine: Lab, site: Site, visit: Visits
) -> None:
    lab = lab_with_machine
    uuid = lab.instance(OLD_NAME)["uuid"]
    page = visit.window("alice")
    page.goto("/?q=fatal")
    reload_until(page, row(page, OLD_NAME))
    page.goto(f"{CLUSTER_PATH}/{OLD_NAME}/reinstall")

    page.get_by_label("Operating system").select_option(label="Debian 13 (current)")
    request_and_confirm(page, site, OLD_NAME, "Reinstall now")
    expect(page.locator(".job-done")).to_contain_text("Reinstalled", timeout=JOB_MS)
    assert lab.instance(OLD_NAME)["status"] == "running"
    assert osparams(lab, OLD_NAME) == {"img_id": "debian-13"}, "what was left is gone"

    page.goto(f"{CLUSTER_PATH}/{OLD_NAME}/rename")
    page.get_by_label("New name").fill(NEW_NAME)
    request_and_confirm(page, site, OLD_NAME, "Rename now")
    page.wait_for_url(f"**{CLUSTER_PATH}/{NEW_NAME}/", timeout=JOB_MS)
    expect(page.locator(".job-done")).to_contain_text("Renamed", timeout=JOB_MS)
    expect(page.locator("#history")).to_contain_text(f"new name: {NEW_NAME}")
    expect(page.locator("#history")).to_contain_text("image: Debian 13")
    renamed = lab.instance(NEW_NAME)
    assert (renamed["uuid"], renamed["status"]) == (uuid, "running")
    take_picture(page, "machine-renamed")

    page.goto(f"{CLUSTER_PATH}/{NEW_NAME}/reinstalldestroy")
    request_and_confirm(page, site, NEW_NAME, "Destroy now")
    expect(notice(page, f"{NEW_NAME} was destroyed.")).to_be_visible(timeout=JOB_MS)
    expect(page.get_by_role("heading", level=1)).to_have_text("Machines")
    assert NEW_NAME not in lab.names()
    visit("alice", f"{CLUSTER_PATH}/{NEW_NAME}/", status=410)


def request_and_confirm(page: Page, site: Site, name: str, button: str) -> None:
    """Submit the form of a page, and confirm by the mailed link."""
    mail_count = len(site.product.mails())
    page.get_by_label("Machine name").fill(name)
    page.get_by_role("button", name="Send confirmation link").click()
    expect(page.locator("#notices")).to_contain_text("sent a confirmation link")
    site.product.wait_until(lambda: len(site.product.mails()) > mail_count)
    body = site.product.mails()[-1].get_body(("plain",))
    assert body is not None
    match = LINK.search(body.get_content())
    assert match
    page.goto(match[1])
    page.get_by_role("button", name=button).click()
