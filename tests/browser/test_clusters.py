"""Clusters and nodes, as staff see them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.screen import assert_looks_right, reload_until
from tests.browser.site import SimulatedSite
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

NODE = "node3.athens.example.org"
NETWORK = "/cluster/detail/athens/networks/public-v4/"
REASON = "New disks until 18:00."


@pytest.fixture
def node_offline(site: SimulatedSite) -> Iterator[None]:
    site.athens.node_offline(NODE)
    yield
    site.athens.node_offline(NODE, offline=False)


@pytest.mark.usefixtures("node_offline")
def test_a_node_that_goes_offline_is_seen_on_the_list(visit: Visits) -> None:
    page = visit("olga", "/cluster/nodes/?cluster=athens")
    row = page.locator("table.nodes tbody tr").filter(has_text="node3")

    reload_until(page, row.get_by_text("Offline"))
    assert_looks_right(page, "nodes")
    page.get_by_label("Role").select_option("Offline")
    expect(page.locator("table.nodes tbody tr")).to_have_count(1)
    row.get_by_role("link").first.click()

    expect(page.get_by_role("heading", name=NODE)).to_be_visible()
    assert_looks_right(page, "node")


def test_owners_see_the_reason_of_a_maintenance(visit: Visits) -> None:
    page = visit("root", "/cluster/detail/sparta/")
    group = page.locator(".node-group").filter(has_text="Node group default")
    group.get_by_text("Start maintenance").first.click()
    group.get_by_label("Reason").fill(REASON)
    group.get_by_role("button", name="Start maintenance").click()
    expect(group.get_by_text("Under maintenance")).to_be_visible()
    assert_looks_right(page, "cluster")

    owner = visit("alice", "/?cluster=sparta")
    expect(owner.locator(".note-warning")).to_contain_text(f"Reason: {REASON}")
    assert_looks_right(owner, "list-maintenance")

    group.get_by_role("button", name="End maintenance").click()
    expect(group.get_by_text("Under maintenance")).to_have_count(0)
    reload_until(owner, owner.locator("main:not(:has(.note-warning))"))


def test_clusters_and_networks_look_right(visit: Visits) -> None:
    page = visit("olga", "/cluster/detail/")
    expect(page.get_by_role("link", name="athens", exact=True)).to_be_visible()
    assert_looks_right(page, "clusters")

    page.goto(NETWORK)
    expect(page.get_by_role("img", name="Map of the addresses")).to_be_visible()
    assert_looks_right(page, "network")
