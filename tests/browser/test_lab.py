"""The lab's two real clusters, added in the administration, and their machines."""

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
from tests.browser.site import SimulatedSite
from tests.browser.visits import JOB_MS, Visits
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.lab]

LISTED, SHOWN, REAL = (
    f"browser-{word}.example.org" for word in ("list", "page", "kvm")
)
# Longer than the polling interval of any page.
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
    """Return the real clusters with machines of alice's."""
    return real_clusters


def test_the_real_clusters_are_listed_as_up(
    clusters: dict[str, Lab], visit: Visits
) -> None:
    page = visit("root", "/admin/ganeti/cluster/")

    for slug, cluster in clusters.items():
        line = page.get_by_role("row", name=slug)
        reload_until(page, line.get_by_text("Up"))
        expect(line).to_contain_text(cluster.host)
        expect(line).to_contain_text("Ganeti 3.")
        expect(line).to_contain_text("Read and write")
        expect(line).to_contain_text("Fingerprint")
    take_picture(page, "admin-clusters-real")


def test_a_row_shows_its_job_and_then_stops_polling(
    clusters: dict[str, Lab], visit: Visits
) -> None:
    page = visit("alice", "/?q=browser-list")
    machine = row(page, LISTED)
    reload_until(page, machine)
    remember(page)

    machine.get_by_role("button", name="Start", exact=True).click()

    expect(machine).to_have_attribute("aria-busy", "true", timeout=3_000)
    expect(machine.locator(".c-state")).to_have_text("Starting…")
    link = notice(page, "Starting…").get_by_role("link", name=LISTED)
    expect(link).to_have_attribute("href", f"/instances/lab-fake/{LISTED}/")
    take_picture(page, "list-starting")
    expect(machine.locator(".c-state")).to_have_text("Running", timeout=JOB_MS)
    expect(machine).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#running-jobs .dot")).to_have_count(0)
    assert clusters["lab-fake"].instance(LISTED)["status"] == "running"
    assert is_same_page(page)
    with pytest.raises(NothingHappened):
        page.wait_for_event("request", timeout=QUIET_MS)


def test_a_machine_is_started_rebooted_and_shut_down_on_its_page(
    clusters: dict[str, Lab], site: SimulatedSite, visit: Visits
) -> None:
    lab = clusters["lab-fake"]
    page = visit.window("alice")
    page.goto(f"/instances/lab-fake/{SHOWN}/")
    reload_until(page, page.get_by_role("button", name="Start", exact=True))

    page.get_by_role("button", name="Start", exact=True).click()
    expect_done(page, "Started")
    assert lab.instance(SHOWN)["status"] == "running"

    for choice, kind in (("Full", "full"), ("Soft", "soft")):
        page.get_by_text("Reboot…").click()
        page.get_by_label(choice).check()
        page.get_by_role("button", name="Reboot", exact=True).click()
        expect_done(page, "Rebooted")
        assert last_opcode(lab, site)["reboot_type"] == kind

    page.get_by_text("Shut down…").click()
    page.get_by_label("Timeout in seconds").fill("7")
    page.get_by_role("button", name="Shut down", exact=True).click()
    expect_done(page, "Shut down")
    assert last_opcode(lab, site)["timeout"] == 7
    assert lab.instance(SHOWN)["status"] == "ADMIN_down"


def expect_done(page: Page, outcome: str) -> None:
    """Wait for the end of a job on a page that isn't reloaded."""
    expect(page.locator("#machine")).to_have_attribute("aria-busy", "true")
    remember(page)
    expect(page.locator(".job-done")).to_contain_text(outcome, timeout=JOB_MS)
    expect(page.locator("#machine")).not_to_have_attribute("aria-busy", "true")
    assert is_same_page(page)


def last_opcode(lab: Lab, site: SimulatedSite) -> dict[str, object]:
    """Return the opcode of the latest job on the machine."""
    job = lab.job(site.latest_job(SHOWN)["id"])
    assert job["status"] == "success"
    opcode: dict[str, object] = job["ops"][0]
    return opcode


def test_a_machine_is_powered_off_on_kvm(
    clusters: dict[str, Lab], visit: Visits
) -> None:
    page = visit.window("alice")
    page.goto(f"/instances/lab-kvm/{REAL}/")
    reload_until(page, page.get_by_role("button", name="Start", exact=True))

    page.get_by_role("button", name="Start", exact=True).click()
    expect_done(page, "Started")
    assert clusters["lab-kvm"].instance(REAL)["status"] == "running"

    page.get_by_text("Shut down…").click()
    page.get_by_label("Power off immediately").check()
    page.get_by_role("button", name="Shut down", exact=True).click()
    expect_done(page, "Shut down")
    assert clusters["lab-kvm"].instance(REAL)["status"] == "ADMIN_down"
    expect(page.locator("#history")).to_contain_text("shutdown, forced")
