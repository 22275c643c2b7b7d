"""Adding and testing clusters in the administration."""

import pytest
from playwright.sync_api import expect

from contrib.simulator import ClusterSpec, Simulator
from tests import services
from tests.browser.administration import ADD, act_on, confirm, fill_in, save
from tests.browser.screen import assert_looks_right, take_picture
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser


def test_a_certificate_is_shown_before_the_password_is_sent(visit: Visits) -> None:
    with Simulator([ClusterSpec(name="delphi", nodes=1, instances=1)]) as simulator:
        delphi = simulator.clusters["delphi"]
        page = visit("root", ADD)

        fill_in(page, "delphi", delphi.host, delphi.port, "wrong")

        expect(page.locator(".gm-panel")).to_contain_text("is this its certificate?")
        assert delphi.call_count == 0
        assert_looks_right(page, "admin-confirm-certificate")

        confirm(page, delphi.host, delphi.port)
        expect(page.locator(".gm-panel-bad")).to_contain_text("nothing is saved")
        assert_looks_right(page, "admin-wrong-password")

        page.get_by_label("RAPI password").fill("secret")
        page.get_by_role("button", name="Test without saving").click()
        expect(page.locator(".gm-panel-ok")).to_contain_text("It works")
        assert_looks_right(page, "admin-tested")
        page.goto("/admin/ganeti/cluster/")
        expect(page.get_by_role("row", name="delphi")).to_have_count(0)


def test_an_unreachable_cluster_is_saved_only_with_confirmation(visit: Visits) -> None:
    page = visit("root", ADD)

    fill_in(page, "nowhere", "127.0.0.1", services.free_port())

    expect(page.locator(".gm-panel-bad")).to_contain_text("No response")
    page.get_by_label("Save even though").check()
    page.get_by_label("Disabled").check()
    save(page)
    expect(page.locator(".messagelist .warning")).to_contain_text(
        "the connection failed"
    )

    act_on(page, "nowhere", "Delete selected clusters")
    take_picture(page, "admin-delete-cluster")
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("row", name="nowhere")).to_have_count(0)


def test_the_connection_of_a_cluster_is_tested(visit: Visits) -> None:
    page = visit("root", "/admin/ganeti/cluster/")

    act_on(page, "athens", "Test the connection")

    expect(page.locator(".messagelist .success")).to_contain_text("athens")
    assert_looks_right(page, "admin-clusters-tested")
    page.get_by_role("link", name="athens").click()
    expect(page.get_by_label("RAPI password")).to_have_value("")
    assert_looks_right(page, "admin-cluster")
