"""Reviewing: choosing a place for a machine, dry run, accepting, rejecting."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import assert_looks_right
from tests.browser.site import SimulatedSite
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

FILE = """
from django.contrib.auth.models import User
from apps.applications.models import InstanceApplication
application = InstanceApplication.objects.create(
    applicant=User.objects.get(username="zoe"), hostname={name!r}, memory_mib=2048,
    vcpus=2, disk_gib=20, comments="The library's catalogue.")
print(application.pk)
"""


def file_application(site: SimulatedSite, name: str) -> int:
    """File an application of zoe's; return its primary key."""
    return int(site.product.shell(FILE.format(name=name)))


def choose(page: Page, cluster: str) -> None:
    page.get_by_label("Cluster", exact=True).select_option(cluster)
    expect(page.get_by_role("group", name="Node group")).to_be_visible()


def test_choosing_a_cluster_shows_its_options(
    site: SimulatedSite, visit: Visits
) -> None:
    page = visit("root")
    page.goto(f"/application/{file_application(site, 'review1.example.org')}/review/")
    expect(page.get_by_text("Choose a cluster to see")).to_be_visible()

    choose(page, "athens")
    page.get_by_label("Memory, MiB").fill("9999999")
    page.get_by_label("Memory, MiB").blur()

    expect(page.get_by_text("Memory must be from").first).to_be_visible()
    page.get_by_label("Memory, MiB").fill("2048")
    page.get_by_label("Memory, MiB").blur()
    expect(page.get_by_label("default", exact=True)).to_be_enabled()
    assert_looks_right(page, "review", thorough=True)


def test_an_application_is_dry_run_and_accepted(
    site: SimulatedSite, visit: Visits
) -> None:
    page = visit("root")
    page.goto(f"/application/{file_application(site, 'review2.example.org')}/review/")
    choose(page, "athens")
    page.get_by_label("default", exact=True).check()
    page.get_by_label("plain", exact=True).check()

    page.get_by_role("button", name="Dry run").click()

    dry_run = page.locator("#trial")
    expect(dry_run).to_contain_text("can build review2.example.org", timeout=15_000)
    assert_looks_right(page, "review-tried")
    page.get_by_role("button", name="Approve and build").click()
    expect(page).to_have_url(re.compile(r"/application/\d+/$"))


def test_a_rejection_needs_a_reason(site: SimulatedSite, visit: Visits) -> None:
    page = visit("root")
    page.goto(f"/application/{file_application(site, 'review3.example.org')}/review/")
    choose(page, "sparta")
    page.get_by_text("Reject or discard…").click()
    visit.allow_console_error("status of 400")

    page.get_by_role("button", name="Reject and email the reason").click()

    expect(page.get_by_text("Enter a reason").first).to_be_visible()
    assert_looks_right(page, "review-refused")


def test_a_superuser_creates_a_machine_at_once(
    site: SimulatedSite, visit: Visits
) -> None:
    page = visit("root")
    page.goto("/application/create")
    page.get_by_label("Host name").fill("review4.example.org")
    choose(page, "athens")
    assert_looks_right(page, "create")

    page.get_by_role("button", name="Create").click()

    expect(page).to_have_url(re.compile(r"/application/\d+/$"))
