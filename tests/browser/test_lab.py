"""A newcomer adds the lab's two real clusters by hand, and people work with them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NothingHappened

from tests.browser.screen import (
    is_same_page,
    notice,
    reload_until,
    remember,
    row,
    take_picture,
)
from tests.browser.site import Site
from tests.browser.visits import JOB_MS, Visits
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.lab]

LISTED, SHOWN, REAL = (
    f"browser-{word}.example.org" for word in ("list", "page", "kvm")
)
# Longer than any page waits before it asks again.
QUIET_MS = 4_000


@pytest.fixture(scope="module")
def machines(lab: Lab, kvm_lab: Lab) -> Iterator[None]:
    tags = ["ganetimgr:user:alice"]
    with (
        lab.instances(LISTED, SHOWN, tags=tags),
        kvm_lab.instances(REAL, tags=tags, disk_template="diskless", disks=[]),
    ):
        yield


@pytest.fixture
def clusters(machines: None, real_clusters: dict[str, Lab]) -> dict[str, Lab]:
    """Return the real clusters, added, with machines of alice's."""
    return real_clusters


def test_the_real_clusters_are_there_and_answer(
    clusters: dict[str, Lab], visit: Visits
) -> None:
    page = visit("root", "/admin/ganeti/cluster/")

    for slug, each in clusters.items():
        line = page.get_by_role("row", name=slug)
        reload_until(page, line.get_by_text("Up"))
        expect(line).to_contain_text(each.host)
        expect(line).to_contain_text("Ganeti 3.")
        expect(line).to_contain_text("Read and write")
        expect(line).to_contain_text("Fingerprint")
    take_picture(page, "admin-clusters-real")


def test_a_row_turns_busy_then_done_then_quiet(
    clusters: dict[str, Lab], visit: Visits
) -> None:
    page = visit("alice", "/?q=browser-list")
    machine = row(page, LISTED)
    reload_until(page, machine)
    remember(page)

    machine.get_by_role("button", name="Start", exact=True).click()

    expect(machine).to_have_attribute("aria-busy", "true", timeout=3_000)
    expect(machine.locator(".c-state")).to_have_text("Starting…")
    told = notice(page, "Starting…").get_by_role("link", name=LISTED)
    expect(told).to_have_attribute("href", f"/instances/lab-fake/{LISTED}/")
    take_picture(page, "list-starting")
    expect(machine.locator(".c-state")).to_have_text("Running", timeout=JOB_MS)
    expect(machine).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#running-jobs a")).to_have_count(0)
    assert clusters["lab-fake"].instance(LISTED)["status"] == "running"
    assert is_same_page(page)
    with pytest.raises(NothingHappened):
        page.wait_for_event("request", timeout=QUIET_MS)


def test_a_machine_is_started_rebooted_and_shut_down_on_its_page(
    clusters: dict[str, Lab], site: Site, visit: Visits
) -> None:
    lab = clusters["lab-fake"]
    page = visit.window("alice")
    page.goto(f"/instances/lab-fake/{SHOWN}/")
    reload_until(page, page.get_by_role("button", name="Start", exact=True))

    page.get_by_role("button", name="Start", exact=True).click()
    ends(page, "Started")
    assert lab.instance(SHOWN)["status"] == "running"

    for choice, kind in (("Full", "full"), ("Soft", "soft")):
        page.get_by_text("Reboot…").click()
        page.get_by_label(choice).check()
        page.get_by_role("button", name="Reboot", exact=True).click()
        ends(page, "Rebooted")
        assert asked(lab, site)["reboot_type"] == kind

    page.get_by_text("Shut down…").click()
    page.get_by_label("Timeout in seconds").fill("7")
    page.get_by_role("button", name="Shut down", exact=True).click()
    ends(page, "Shut down")
    assert asked(lab, site)["timeout"] == 7
    assert lab.instance(SHOWN)["status"] == "ADMIN_down"


def ends(page: Page, done: str) -> None:
    """See a job through to its end on a page that is not loaded again."""
    expect(page.locator("#machine")).to_have_attribute("aria-busy", "true")
    remember(page)
    expect(page.locator(".job-done")).to_contain_text(done, timeout=JOB_MS)
    expect(page.locator("#machine")).not_to_have_attribute("aria-busy", "true")
    assert is_same_page(page)


def asked(lab: Lab, site: Site) -> dict[str, object]:
    """Return what Ganeti was asked for last on the machine."""
    job = lab.job(site.newest_job(SHOWN)["id"])
    assert job["status"] == "success"
    opcode: dict[str, object] = job["ops"][0]
    return opcode


def test_the_plug_is_pulled_on_real_hardware(
    clusters: dict[str, Lab], visit: Visits
) -> None:
    page = visit.window("alice")
    page.goto(f"/instances/lab-kvm/{REAL}/")
    reload_until(page, page.get_by_role("button", name="Start", exact=True))

    page.get_by_role("button", name="Start", exact=True).click()
    ends(page, "Started")
    assert clusters["lab-kvm"].instance(REAL)["status"] == "running"

    page.get_by_text("Shut down…").click()
    page.get_by_label("Power off immediately").check()
    page.get_by_role("button", name="Shut down", exact=True).click()
    ends(page, "Shut down")
    assert clusters["lab-kvm"].instance(REAL)["status"] == "ADMIN_down"
    expect(page.locator("#history")).to_contain_text("shutdown, forced")
