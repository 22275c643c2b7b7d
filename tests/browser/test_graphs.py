"""Graphs of machines, drawn in Chromium."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screen import assert_looks_right
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser
MACHINE = "/instances/athens/web1.alice.example.org/"
ATHENS = "/graph/athens/instances/"
CHARTS = 4


def data_requests(page: Page) -> list[str]:
    """Return the paths of requests for data of charts from now on."""
    paths: list[str] = []

    def record(url: str) -> None:
        if "/data/" in url:
            paths.append(urlsplit(url).path)

    page.on("request", lambda request: record(request.url))
    return paths


def picture(chart: Locator) -> str:
    drawn: str = chart.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    return drawn


def becomes(
    page: Page, read: Callable[[], str], condition: Callable[[str], bool]
) -> None:
    """Wait until what is drawn meets a condition; drawing waits for a frame."""
    for _ in range(100):
        if condition(read()):
            return
        page.wait_for_timeout(50)
    pytest.fail("The chart isn't drawn as expected.")


def test_the_page_of_a_machine_draws_its_graphs(visit: Visits) -> None:
    page = visit("alice", MACHINE)
    graphs = page.locator("#graphs")

    graphs.scroll_into_view_if_needed()
    figures = graphs.locator("figure.chart")
    expect(figures).to_have_count(CHARTS)
    expect(figures.first.locator("canvas")).to_have_count(1)

    figures.first.get_by_text("Table").click()
    rows = figures.first.locator("table.plain tbody tr")
    expect(rows.first).to_contain_text("%")
    assert rows.count() > 100
    assert_looks_right(page, "graphs-machine", thorough=True)


def test_another_span_is_drawn_in_place(visit: Visits) -> None:
    page = visit("alice", MACHINE)
    graphs = page.locator("#graphs")
    graphs.scroll_into_view_if_needed()
    expect(graphs.locator("canvas").first).to_be_visible()

    with page.expect_request(re.compile(r"/data/cpu\?start=-1w&end=now")):
        graphs.get_by_role("link", name="1 week").click()

    expect(graphs.get_by_role("link", name="1 week")).to_have_attribute(
        "aria-current", "true"
    )
    expect(graphs.locator("canvas").first).to_be_visible()
    assert urlsplit(page.url).path == MACHINE


def test_graphs_of_a_page_move_together_and_follow_the_colours(visit: Visits) -> None:
    page = visit("alice", f"{MACHINE.replace('instances', 'graph', 1)}?span=1d")
    figures = page.locator("figure.chart")
    first, second = figures.nth(0), figures.nth(1)
    expect(second.locator("canvas")).to_have_count(1)
    whole = picture(second)

    plot = first.locator(".u-over")
    plot.hover(position={"x": 60, "y": 40})
    expect(second.locator(".u-legend")).to_contain_text("GiB")
    page.mouse.down()
    plot.hover(position={"x": 160, "y": 40})
    page.mouse.up()

    becomes(page, lambda: picture(second), lambda drawn: drawn != whole)
    plot.dblclick()
    becomes(page, lambda: picture(second), lambda drawn: drawn == whole)
    page.emulate_media(color_scheme="dark")
    becomes(page, lambda: picture(second), lambda drawn: drawn != whole)


def test_of_many_machines_only_those_near_the_view_are_loaded(visit: Visits) -> None:
    page = visit("olga", "/")
    requested = data_requests(page)
    page.goto(ATHENS)
    machines = page.locator(".graph-machine")
    expect(machines.first.locator("canvas")).to_have_count(2)
    page.wait_for_load_state("networkidle")

    assert machines.count() > 50
    assert 4 <= len(requested) < 30
    page.keyboard.press("End")
    expect(machines.last.locator("canvas")).to_have_count(2)
    expect(machines.first.locator("canvas")).to_have_count(0)
    first = machines.first.locator("[data-graphs]").get_attribute("data-graphs") or ""
    page.keyboard.press("Home")
    expect(machines.first.locator("canvas")).to_have_count(2)
    assert requested.count(f"{first}cpu") == 1


def test_a_section_of_machines_loads_when_it_is_opened(visit: Visits) -> None:
    page = visit("olga", "/graph/all/?by=cluster", phone=True)
    requested = data_requests(page)
    section = page.locator(".graph-section", has_text="sparta").first

    section.locator("summary").first.click()

    expect(section.locator("canvas").first).to_be_visible()
    assert {path.split("/")[2] for path in requested} == {"sparta"}
    assert_looks_right(page, "graphs-all")


def test_images_are_loaded_when_they_come_into_view(visit: Visits) -> None:
    page = visit("olga", "/")
    images: list[str] = []
    page.on(
        "request",
        lambda request: images.append(request.url) if "-ts/" in request.url else None,
    )

    page.goto(f"{ATHENS}?source=images")

    first = page.locator(".graph-pair img").first
    expect(first).to_have_js_property("complete", value=True)
    assert first.evaluate("image => image.naturalWidth") == 600
    assert 0 < len(images) < 60
