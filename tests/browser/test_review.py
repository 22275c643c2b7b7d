"""A reviewer chooses where a machine goes, tries it out and has it built."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import looks_right
from tests.browser.site import Site
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

FILE = """
from django.contrib.auth.models import User
from apps.applications.models import InstanceApplication
made = InstanceApplication.objects.create(
    applicant=User.objects.get(username="alice"), hostname={name!r}, memory_mib=2048,
    vcpus=2, disk_gib=20, comments="The library's catalogue.")
print(made.pk)
"""


def filed(site: Site, name: str) -> int:
    """File an application of alice's; return its number."""
    return int(site.product.shell(FILE.format(name=name)))


def choose(page: Page, cluster: str) -> None:
    page.get_by_label("Cluster", exact=True).select_option(cluster)
    expect(page.get_by_role("group", name="Node group")).to_be_visible()


def test_what_a_cluster_offers_appears_when_it_is_chosen(
    site: Site, visit: Visits
) -> None:
    page = visit("root")
    page.goto(f"/application/{filed(site, 'review1.example.org')}/review/")
    expect(page.get_by_text("Choose a cluster to see")).to_be_visible()

    choose(page, "athens")
    page.get_by_label("Memory, MiB").fill("9999999")
    page.get_by_label("Memory, MiB").blur()

    expect(page.get_by_text("Memory must be from").first).to_be_visible()
    page.get_by_label("Memory, MiB").fill("2048")
    page.get_by_label("Memory, MiB").blur()
    expect(page.get_by_label("default", exact=True)).to_be_enabled()
    looks_right(page, "review", thorough=True)


def test_a_machine_is_tried_out_and_built(site: Site, visit: Visits) -> None:
    page = visit("root")
    page.goto(f"/application/{filed(site, 'review2.example.org')}/review/")
    choose(page, "athens")
    page.get_by_label("default", exact=True).check()
    page.get_by_label("plain", exact=True).check()

    page.get_by_role("button", name="Dry run").click()

    trial = page.locator("#trial")
    expect(trial).to_contain_text("can build review2.example.org", timeout=15_000)
    looks_right(page, "review-tried")
    page.get_by_role("button", name="Approve and build").click()
    expect(page).to_have_url(re.compile(r"/application/\d+/$"))


def test_a_refusal_wants_a_reason(site: Site, visit: Visits) -> None:
    page = visit("root")
    page.goto(f"/application/{filed(site, 'review3.example.org')}/review/")
    choose(page, "sparta")
    page.get_by_text("Reject or discard…").click()
    visit.expect_complaint("status of 400")

    page.get_by_role("button", name="Reject and email the reason").click()

    expect(page.get_by_text("Enter a reason").first).to_be_visible()
    looks_right(page, "review-refused")


def test_a_superuser_creates_a_machine_at_once(site: Site, visit: Visits) -> None:
    page = visit("root")
    page.goto("/application/create")
    page.get_by_label("Host name").fill("review4.example.org")
    choose(page, "athens")
    looks_right(page, "create")

    page.get_by_role("button", name="Create").click()

    expect(page).to_have_url(re.compile(r"/application/\d+/$"))
