"""The list of jobs, their pages and their menu, on simulated and real clusters."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screen import (
    assert_looks_right,
    is_same_page,
    notice,
    remember,
    take_picture,
)
from tests.browser.site import SimulatedSite
from tests.browser.visits import JOB_MS, Visits
from tests.lab import Lab

pytestmark = pytest.mark.browser

SLOW = "slow1.alice.example.org"
HELD = "browser-held.example.org"


@pytest.fixture
def slow_site(site: SimulatedSite) -> Iterator[SimulatedSite]:
    """Make reboots take long enough to be seen running."""
    site.sparta.job_duration("OP_INSTANCE_REBOOT", 6)
    yield site
    site.sparta.job_duration("OP_INSTANCE_REBOOT", 0.6)


def job_row(page: Page, name: str) -> Locator:
    """Return the newest job on a machine."""
    return page.locator("table.jobs tbody tr").filter(has_text=name).first


def reboot(page: Page) -> None:
    page.get_by_text("Reboot…").click()
    page.get_by_role("button", name="Reboot", exact=True).click()


def test_a_job_is_followed_in_the_list_on_its_page_and_in_the_menu(
    slow_site: SimulatedSite, visit: Visits
) -> None:
    jobs = visit("root", "/jobs/?cluster=sparta")
    expect(jobs.locator("#list")).not_to_contain_text("Reading")
    remember(jobs)
    machine = visit("alice", f"/instances/sparta/{SLOW}/")

    reboot(machine)

    running = job_row(jobs, SLOW)
    expect(running).to_contain_text("Running")
    expect(running).to_contain_text("alice")
    assert is_same_page(jobs)
    assert_looks_right(jobs, "jobs")

    machine.get_by_role("link", name=re.compile("Ganeti job")).click()
    expect(machine.get_by_role("heading", level=1)).to_have_text(f"Reboot {SLOW}")
    remember(machine)
    expect(machine.locator(".state").first).to_have_text("Done", timeout=JOB_MS)
    expect(running).to_contain_text("Done")
    assert is_same_page(machine)
    assert_looks_right(machine, "job")

    machine.reload()
    menu = machine.locator("#jobs-menu")
    machine.get_by_title("Jobs", exact=True).click()
    expect(menu).to_contain_text(f"Rebooted {SLOW}")
    assert_looks_right(machine, "job-menu")
    menu.get_by_role("button", name="Mark as read").click()
    expect(menu).to_contain_text("No running or new jobs")


def test_filters_search_and_pages_are_in_the_address(visit: Visits) -> None:
    page = visit("root", "/jobs/")

    page.get_by_label("Status").select_option("Failed")
    expect(page).to_have_url(re.compile("status=failed"))
    page.get_by_role("searchbox", name="Search jobs").fill("nothing-like-it")

    expect(page.get_by_text("No matching jobs")).to_be_visible()
    assert_looks_right(page, "jobs-none")
    page.get_by_role("link", name="Show all jobs").click()
    expect(page).to_have_url(re.compile(r"/jobs/\??$"))


@pytest.mark.lab
def test_a_waiting_job_is_cancelled_on_the_real_cluster(
    real_clusters: dict[str, Lab], visit: Visits
) -> None:
    lab = real_clusters["lab-fake"]
    with lab.instances(HELD, tags=["ganetimgr:user:alice"]):
        holding = lab.hold(HELD, 20)
        waiting = lab.power(HELD, "startup")
        page = visit("root", f"/jobs/lab-fake/{waiting}/")
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Start {HELD}")

        page.get_by_role("button", name="Cancel job").click()

        # Ganeti may answer at once or later.
        expect(notice(page, re.compile("cancelled|cancelling"))).to_be_visible()
        expect(page.locator(".state").first).to_have_text("Cancelled", timeout=JOB_MS)
        take_picture(page, "job-cancelled")

        page.goto(f"/jobs/lab-fake/{holding}/")
        expect(page.locator(".state").first).to_have_text("Running")
        page.get_by_role("button", name="Cancel job").click()
        expect(notice(page, "too late")).to_be_visible()
        lab.finish(holding)


@pytest.mark.lab
def test_a_migration_is_followed_from_the_list_of_jobs(
    real_clusters: dict[str, Lab], visit: Visits
) -> None:
    lab = real_clusters["lab-fake"]
    movable = {"disk_template": "diskless", "disks": []}
    with lab.instances(HELD, tags=["ganetimgr:user:alice"], **movable):
        lab.finish(lab.power(HELD, "startup"))
        jobs = visit("root", "/jobs/?cluster=lab-fake")
        expect(job_row(jobs, HELD)).to_contain_text("Done")

        job_id = lab.request("PUT", f"/2/instances/{HELD}/migrate", body={})

        migration = job_row(jobs, f"Migrate {HELD}")
        expect(migration).to_contain_text("Done", timeout=JOB_MS)
        migration.get_by_role("link", name=str(job_id)).click()
        expect(jobs.get_by_role("log")).to_contain_text("Migrating instance")
        take_picture(jobs, "job-migrated")
