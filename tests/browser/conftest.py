"""One product, one Chromium and one set of clusters for all browser tests.

Their scope is the package, not the session: while playwright's event loop runs in this
thread, Django lets no other test use its ORM.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from contrib.demo import graph_server
from tests.browser.administration import add_cluster
from tests.browser.site import MAKE_PEOPLE, SETTINGS, SimulatedSite, simulate
from tests.browser.visits import Visits
from tests.lab import Lab
from tests.local_server import served
from tests.product import Product

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def sessions() -> dict[str, StorageState]:
    """Return the sessions by user name: each user logs in once."""
    return {}


@pytest.fixture(scope="package")
def site(
    chromium: Browser,
    sessions: dict[str, StorageState],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[SimulatedSite]:
    """Run the product, with simulated clusters added in the administration."""
    graphs = graph_server.serve(0)
    url = f"http://127.0.0.1:{graphs.server_port}"
    settings = {
        **SETTINGS,
        "PROMETHEUS_URL": f"{url}/prometheus",
        "COLLECTD_URL": f"{url}/grapher",
    }
    product = Product(tmp_path_factory.mktemp("browser"), **settings)
    with served(graphs), simulate() as simulator, product:
        product.shell(MAKE_PEOPLE)
        site = SimulatedSite(product, simulator)
        visits = Visits(chromium, site.url, sessions)
        page = visits("root")
        for cluster in simulator.clusters.values():
            add_cluster(page, cluster.name, cluster.host, cluster.port)
        for cluster in simulator.clusters.values():
            page.goto(f"/?cluster={cluster.name}")
            expect(page.locator("table.machines")).to_be_visible()
        visits.close()
        yield site


@pytest.fixture
def visit(
    chromium: Browser, site: SimulatedSite, sessions: dict[str, StorageState]
) -> Iterator[Visits]:
    """Open pages; the test fails on errors and warnings in the browser's console."""
    visits = Visits(chromium, site.url, sessions)
    yield visits
    visits.close()


@pytest.fixture(scope="package")
def added_labs(
    chromium: Browser,
    site: SimulatedSite,
    sessions: dict[str, StorageState],
    lab: Lab,
    kvm_lab: Lab,
) -> dict[str, Lab]:
    """Add the lab's clusters in the administration; return them by short name."""
    labs = {"lab-fake": lab, "lab-kvm": kvm_lab}
    visits = Visits(chromium, site.url, sessions)
    page = visits("root")
    for slug, cluster in labs.items():
        add_cluster(page, slug, cluster.host, cluster.port)
    visits.close()
    return labs


@pytest.fixture(scope="module")
def real_clusters(
    site: SimulatedSite, added_labs: dict[str, Lab]
) -> Iterator[dict[str, Lab]]:
    """Enable the lab's clusters for the tests of a module.

    Other runs use the lab too, with machines that would belong to alice here as well.
    """
    switch(site, added_labs, disabled=False)
    yield added_labs
    switch(site, added_labs, disabled=True)


def switch(site: SimulatedSite, slugs: Iterable[str], *, disabled: bool) -> None:
    site.product.shell(
        "from apps.ganeti.models import Cluster; "
        f"Cluster.objects.filter(slug__in={list(slugs)}).update(disabled={disabled})"
    )
