"""Start, reboot and shut down on simulated clusters, with failures."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.screen import (
    assert_looks_right,
    is_same_page,
    notice,
    remember,
    row,
    take_picture,
)
from tests.browser.site import Site
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

SLOW_S = 4
BROKEN = "the hypervisor said <b>no</b>"


@pytest.fixture
def slow_site(site: Site) -> Iterator[Site]:
    """Make jobs take long enough to be seen running."""
    kinds = ("OP_INSTANCE_STARTUP", "OP_INSTANCE_REBOOT", "OP_INSTANCE_SHUTDOWN")
    for kind in kinds:
        site.sparta.job_duration(kind, SLOW_S)
    yield site
    for kind in kinds:
        site.sparta.job_duration(kind, 0.6)


def test_the_page_of_a_machine_looks_right(visit: Visits) -> None:
    page = visit("root", "/instances/athens/web1.alice.example.org/")

    assert_looks_right(page, "machine", thorough=True)


def test_a_busy_machine_shows_the_log_of_its_job(
    slow_site: Site, visit: Visits
) -> None:
    name = "slow1.alice.example.org"
    page = visit("alice", f"/instances/sparta/{name}/")
    page.get_by_text("Reboot…").click()
    take_picture(page, "machine-reboot-menu")
    # So that the job logs something.
    slow_site.sparta.change_instance(name, running=False)

    page.get_by_role("button", name="Reboot", exact=True).click()

    expect(page.locator("#machine")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".machine-head .state")).to_have_text("Rebooting…")
    remember(page)
    expect(page.get_by_role("log")).to_contain_text("was already stopped")
    take_picture(page, "machine-busy")
    for action in ("Start", "Reboot", "Shut down"):
        expect(page.get_by_role("button", name=action, exact=True)).to_be_disabled()

    expect(page.locator(".job-done")).to_contain_text("Rebooted")
    expect(page.locator("#machine")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#history")).to_contain_text("alice")
    assert is_same_page(page)


def test_a_busy_machine_looks_right(slow_site: Site, visit: Visits) -> None:
    slow_site.sparta.job_duration("OP_INSTANCE_REBOOT", 20)
    page = visit("alice", "/instances/sparta/slow1.alice.example.org/")
    page.get_by_text("Reboot…").click()

    page.get_by_role("button", name="Reboot", exact=True).click()

    expect(page.locator(".job-busy")).to_contain_text("Ganeti's job")
    assert_looks_right(page, "machine-busy")
    assert_looks_right(visit("alice", "/?q=slow1"), "list-busy")


def test_a_failure_is_kept_with_the_message_of_ganeti(
    site: Site, visit: Visits
) -> None:
    site.sparta.fail_next("OP_INSTANCE_STARTUP", BROKEN)
    page = visit("alice", "/instances/sparta/broken1.alice.example.org/")

    page.get_by_role("button", name="Start", exact=True).click()

    failure = page.get_by_role("alert")
    expect(failure).to_contain_text("Start failed")
    expect(failure).to_contain_text("Try again")
    expect(failure.get_by_text(BROKEN)).not_to_be_visible()
    failure.get_by_text("Details").click()
    expect(failure.get_by_text(BROKEN)).to_be_visible()
    assert_looks_right(page, "machine-failed")

    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Start failed")


def test_a_failure_in_the_list_links_to_its_reason(site: Site, visit: Visits) -> None:
    name = "broken2.alice.example.org"
    site.sparta.fail_next("OP_INSTANCE_STARTUP", BROKEN)
    page = visit("alice", "/?q=broken2")

    row(page, name).get_by_role("button", name="Start", exact=True).click()

    expect(row(page, name)).to_contain_text("Starting…")
    failure = notice(page, "Start failed")
    expect(failure).to_be_visible()
    expect(row(page, name).locator(".c-state")).to_have_text("Stopped")
    take_picture(page, "list-failed")
    failure.get_by_role("link", name="See why").click()
    expect(page.get_by_role("alert")).to_contain_text("Start failed")


def test_a_wrong_timeout_is_reported_at_its_field(visit: Visits) -> None:
    page = visit("alice", "/instances/athens/web2.alice.example.org/")
    page.get_by_text("Shut down…").click()
    page.get_by_label("Timeout in seconds").fill("99999")
    visit.expect_console_error("status of 400")

    page.get_by_role("button", name="Shut down", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("Shutdown failed")
    expect(page.get_by_label("Timeout in seconds")).to_have_value("99999")
    expect(page.locator(".field-error")).to_contain_text("3600")
    assert_looks_right(page, "machine-wrong-timeout")


def test_a_locked_machine_shows_the_reason(visit: Visits) -> None:
    name = "locked1.alice.example.org"
    page = visit("alice", f"/instances/athens/{name}/")
    reason = "This machine is locked by staff"

    expect(page.locator("#why-not")).to_contain_text(reason)
    for action in ("Start", "Reboot", "Shut down"):
        expect(page.get_by_role("button", name=action, exact=True)).to_be_disabled()
    assert_looks_right(page, "machine-locked")

    page.goto("/?q=locked1")
    expect(row(page, name).get_by_title(reason)).to_be_visible()
    expect(row(page, name).get_by_role("button", name="More")).to_be_disabled()
    expect(row(page, name).get_by_role("img", name="Locked")).to_be_visible()


def test_a_bulk_action_shows_the_skipped_machines(site: Site, visit: Visits) -> None:
    page = visit("alice", "/?q=bulk")
    bar = page.get_by_role("region", name="Selected machines")
    expect(bar).not_to_be_visible()

    row(page, "bulk1.alice.example.org").get_by_role("checkbox").check()
    expect(bar).to_contain_text(re.compile(r"1\s+selected"))
    page.get_by_role("checkbox", name="Select all").check()
    expect(bar).to_contain_text(re.compile(r"3\s+selected"))
    take_picture(page, "list-selected")
    bar.get_by_role("button", name="Shut down…").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Shut these machines down?"
    )
    included = page.get_by_role("region", name="Shut down: 2 machines")
    skipped = page.get_by_role("region", name="Skipped: 1 machine")
    expect(included.get_by_role("listitem")).to_have_count(2)
    expect(skipped).to_contain_text("bulk3.alice.example.org")
    expect(skipped).to_contain_text("It is already stopped.")
    assert_looks_right(page, "bulk-preview")

    page.get_by_role("button", name="Shut down", exact=True).click()

    expect(page).to_have_url(re.compile(r"/\?q=bulk"))
    expect(notice(page, "requested for 2 machines")).to_be_visible()
    take_picture(page, "list-bulk-busy")
    for name in ("bulk1", "bulk2"):
        state = row(page, f"{name}.alice.example.org").locator(".c-state")
        expect(state).to_have_text("Stopped")
        assert not site.sparta.master.cluster.instances[
            f"{name}.alice.example.org"
        ].running
