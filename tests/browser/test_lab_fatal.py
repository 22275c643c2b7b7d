"""Reinstall, rename and destroy a real machine, by the links in the mails."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import notice, reload_until, row, take_picture
from tests.browser.site import Site
from tests.browser.visits import JOB_MS, Visits
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.lab]

OLD, NEW = "fatal-old.example.org", "fatal-new.example.org"
LINK = re.compile(r"http://[^/]+(/cluster/instance/destreinst/\S+)")
AT = "/instances/lab-fake"


@pytest.fixture
def lab_with_machine(real_clusters: dict[str, Lab]) -> Iterator[Lab]:
    lab = real_clusters["lab-fake"]
    lab.remove(NEW)
    tags = ["ganetimgr:user:alice"]
    with lab.instances(OLD, tags=tags, start=True, no_install=False):
        lab.finish(modify(lab, OLD, {"img_id": "old", "img_passwd": "left"}))
        yield lab
        lab.remove(NEW)


def modify(lab: Lab, name: str, osparams: dict[str, str]) -> int:
    body = {"osparams": osparams}
    return int(lab.request("PUT", f"/2/instances/{name}/modify", body=body))


def osparams(lab: Lab, name: str) -> dict[str, str]:
    """Return the parameters that an instance has of its own."""
    body = {"fields": ["custom_osparams"], "filter": ["=", "name", name]}
    answer = lab.request("PUT", "/2/query/instance", body=body)
    found: dict[str, str] = answer["data"][0][0][1]
    return found


def test_a_machine_is_reinstalled_renamed_and_destroyed(
    lab_with_machine: Lab, site: Site, visit: Visits
) -> None:
    lab = lab_with_machine
    uuid = lab.instance(OLD)["uuid"]
    page = visit.window("alice")
    page.goto("/?q=fatal")
    reload_until(page, row(page, OLD))
    page.goto(f"{AT}/{OLD}/reinstall")

    page.get_by_label("Operating system").select_option(label="Debian 13 (current)")
    confirm(page, site, OLD, "Reinstall now")
    expect(page.locator(".job-done")).to_contain_text("Reinstalled", timeout=JOB_MS)
    assert lab.instance(OLD)["status"] == "running"
    assert osparams(lab, OLD) == {"img_id": "debian-13"}, "what was left is gone"

    page.goto(f"{AT}/{OLD}/rename")
    page.get_by_label("New name").fill(NEW)
    confirm(page, site, OLD, "Rename now")
    page.wait_for_url(f"**{AT}/{NEW}/", timeout=JOB_MS)
    expect(page.locator(".job-done")).to_contain_text("Renamed", timeout=JOB_MS)
    expect(page.locator("#history")).to_contain_text(f"new name: {NEW}")
    expect(page.locator("#history")).to_contain_text("image: Debian 13")
    now = lab.instance(NEW)
    assert (now["uuid"], now["status"]) == (uuid, "running")
    take_picture(page, "machine-renamed")

    page.goto(f"{AT}/{NEW}/reinstalldestroy")
    confirm(page, site, NEW, "Destroy now")
    expect(notice(page, f"{NEW} was destroyed.")).to_be_visible(timeout=JOB_MS)
    expect(page.get_by_role("heading", level=1)).to_have_text("Machines")
    assert NEW not in lab.names()
    visit("alice", f"{AT}/{NEW}/", status=410)


def confirm(page: Page, site: Site, name: str, button: str) -> None:
    """Ask for what the page is about, and follow the link in the mail."""
    before = len(site.product.mails())
    page.get_by_label("Machine name").fill(name)
    page.get_by_role("button", name="Send confirmation link").click()
    expect(page.locator("#notices")).to_contain_text("sent a confirmation link")
    site.product.wait_until(lambda: len(site.product.mails()) > before)
    body = site.product.mails()[-1].get_body(("plain",))
    assert body is not None
    found = LINK.search(body.get_content())
    assert found
    page.goto(found[1])
    page.get_by_role("button", name=button).click()
