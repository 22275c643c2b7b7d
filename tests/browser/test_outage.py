"""Clusters that are down, unreadable or new."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from contrib.simulator import ClusterSpec, SimulatedCluster, Simulator
from tests.browser.administration import ADD, act_on, confirm, fill_in
from tests.browser.screen import (
    assert_looks_right,
    filters,
    is_same_page,
    reload_until,
    remember,
    row,
    take_picture,
    violations,
)
from tests.browser.site import Site
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

NAME = "away1.alice.example.org"


@pytest.fixture
def sparta_down(site: Site) -> Iterator[None]:
    site.sparta.go_down()
    yield
    site.sparta.come_back()


@pytest.fixture
def corinth() -> Iterator[SimulatedCluster]:
    """Run a cluster that hasn't been added to the site."""
    spec = ClusterSpec(name="corinth", nodes=1, instances=3, seed=3)
    with Simulator([spec]) as simulator:
        yield simulator.clusters["corinth"]


@pytest.mark.usefixtures("sparta_down")
def test_a_cluster_that_is_down_is_marked_until_it_is_back(
    site: Site, visit: Visits
) -> None:
    page = visit("root", "/?cluster=sparta&q=away1")
    note = page.locator(".note-warning")
    reload_until(page, note)

    expect(note).to_contain_text("sparta")
    expect(row(page, NAME)).to_have_class("old")
    expect(row(page, NAME)).to_contain_text("as of")
    menu = row(page, NAME).get_by_role("button", name="More actions")
    expect(menu).to_be_disabled()
    expect(
        row(page, NAME).get_by_title("Its cluster isn't responding.")
    ).to_be_visible()
    assert_looks_right(page, "list-down")

    row(page, NAME).get_by_role("link", name=NAME).click()
    expect(page.get_by_text("The machine is shown as of")).to_be_visible()
    expect(page.get_by_role("button", name="Reboot", exact=True)).to_be_disabled()
    assert_looks_right(page, "machine-down")

    site.sparta.come_back()
    page.goto("/?cluster=sparta")
    page.get_by_role("button", name="Refresh").click()
    expect(page).to_have_url(re.compile(r"/\?cluster=sparta"))
    reload_until(page, row(page, NAME).and_(page.locator(":not(.old)")))
    expect(note).to_have_count(0)
    expect(row(page, NAME).get_by_role("button", name="More actions")).to_be_enabled()


def test_staff_see_what_cannot_be_read_of_a_cluster(site: Site, visit: Visits) -> None:
    name = "bulk3.alice.example.org"
    site.sparta.change_instance(name, ctime=1e18)
    try:
        page = visit("olga", "/?cluster=sparta")
        note = page.locator(".note-warning", has_text="can't be read")
        reload_until(page, note)
        note.get_by_text("Details").click()
        expect(note).to_contain_text(f"instance {name} ctime: 1e+18")
        expect(row(page, name)).to_have_count(0)
        assert_looks_right(page, "list-unreadable", thorough=True)
    finally:
        site.sparta.change_instance(name, ctime=1.7e9)


def test_a_new_cluster_appears_without_reload(
    corinth: SimulatedCluster, visit: Visits
) -> None:
    page = visit("root", ADD)
    page.get_by_label("Disabled").check()
    fill_in(page, "corinth", corinth.host, corinth.port)
    confirm(page, corinth.host, corinth.port)
    corinth.set_latency(2000)
    act_on(page, "corinth", "Enable")

    page.goto("/?cluster=corinth")
    message = page.get_by_text("A cluster is being contacted for the first time")
    expect(message).to_be_visible()
    remember(page)
    take_picture(page, "list-not-known-yet")
    assert violations(page) == []
    machine = "/instances/corinth/web1.corinth.example.org/"
    assert_looks_right(visit("root", machine, status=503), "503")

    corinth.set_latency(0)
    expect(row(page, "web1.corinth.example.org")).to_be_visible()
    expect(message).to_have_count(0)
    assert is_same_page(page)

    page.goto("/admin/ganeti/cluster/")
    act_on(page, "corinth", "Delete selected clusters")
    take_picture(page, "admin-delete-cluster")
    page.get_by_role("button", name="Yes").click()
    expect(page.locator(".messagelist .success")).to_contain_text("deleted 1 cluster")
    page.goto("/")
    expect(filters(page).get_by_label("Cluster")).not_to_contain_text("corinth")
