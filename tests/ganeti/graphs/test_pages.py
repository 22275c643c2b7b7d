"""Pages with the graphs of one machine and of many."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.ganeti.display import graph_pages
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, parsed, text_of, url
from tests.greek import english

pytestmark = pytest.mark.usefixtures("published")
MACHINE = "/graph/athens/web1/"
ALL, ATHENS = "/graph/all/", "/graph/athens/instances/"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def charts(settings: Settings) -> None:
    settings.PROMETHEUS_URL = NOWHERE


@pytest.fixture
def images(settings: Settings) -> None:
    settings.COLLECTD_URL = NOWHERE


@pytest.fixture
def staff(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


@pytest.fixture
def owner(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def get(client: Client, address: str, **headers: str) -> BeautifulSoup:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return parsed(markup(response))


def sources(page: BeautifulSoup) -> list[str]:
    return [
        str(figure["data-chart-source"])
        for figure in page.select(".graph-grid figure.chart")
    ]


def pictures(page: BeautifulSoup) -> list[str]:
    return [str(image["src"]) for image in page.select("main img")]


def machines(page: BeautifulSoup) -> dict[str, list[str]]:
    """Return the names of machines by section."""
    return {
        text_of(section.select_one("summary b")): [
            text_of(machine) for machine in section.select(".graph-machine summary")
        ]
        for section in page.select(".graph-section")
    }


# -- one machine


@pytest.mark.usefixtures("charts")
def test_the_page_of_a_machine_loads_its_graphs_when_they_are_seen(
    owner: Client,
) -> None:
    place = get(owner, url("detail")).select_one("#graphs")

    assert place is not None
    assert (place["hx-get"], place["hx-trigger"]) == (MACHINE, "revealed")
    part = get(owner, MACHINE, hx_request="true", hx_target="graphs")
    assert part.select_one("html") is None
    assert len(sources(part)) == 4


@pytest.mark.usefixtures("charts", "published")
def test_pages_of_clusters_and_nodes_link_to_their_graphs(staff: Client) -> None:
    for page, address in (
        (reverse("ganeti:cluster-detail", args=("athens",)), ATHENS),
        (
            reverse("ganeti:node-detail", args=("athens", "node3")),
            f"{ATHENS}?node=node3",
        ),
    ):
        assert get(staff, page).select_one(f'.actions a[href="{address}"]')


def test_without_a_server_there_are_no_graphs(staff: Client) -> None:
    page = get(staff, url("detail"))

    assert page.select_one("#graphs") is None
    assert "charts.js" not in str(page)
    assert page.select_one(f'nav a[href="{ALL}"]') is None
    for address in (MACHINE, ALL, ATHENS):
        assert staff.get(address).status_code == 404


@pytest.mark.usefixtures("charts")
def test_charts_are_of_the_span_in_the_url(owner: Client) -> None:
    page = get(owner, f"{MACHINE}?span=1w")

    assert sources(page)[0] == f"{MACHINE}data/cpu?start=-1w&end=now"
    current = page.select(".spans [aria-current]")
    assert [text_of(link) for link in current] == ["1 week"]


@pytest.mark.usefixtures("charts")
def test_chosen_dates_are_whole_days(owner: Client, settings: Settings) -> None:
    settings.TIME_ZONE = "UTC"

    page = get(owner, f"{MACHINE}?start=2025-01-01&end=2025-01-02")

    assert sources(page)[0].endswith("?start=1735689600&end=1735862400")
    assert page.select(".spans [aria-current]") == []


@pytest.mark.usefixtures("charts")
@pytest.mark.parametrize(
    ("start", "end", "field", "message"),
    [
        ("2025-01-02", "2025-01-01", "end", "This day is before the first one."),
        ("2000-01-01", "2025-01-01", "end", "A graph can't show more than five years."),
        ("x", "2025-01-01", "start", "Enter a valid date."),
        ("2025-01-01", "", "end", "This field is required."),
    ],
)
def test_invalid_dates_have_a_message_at_their_field(
    owner: Client, start: str, end: str, field: str, message: str
) -> None:
    page = get(owner, f"{MACHINE}?start={start}&end={end}")

    error = page.select_one(f'.field:has([name="{field}"]) .field-error')
    assert text_of(error) == message
    assert sources(page)[0].endswith("?start=-1d&end=now")


@pytest.mark.usefixtures("charts")
def test_a_period_cannot_start_in_the_future(owner: Client) -> None:
    later = timezone.localdate() + timedelta(days=2)

    page = get(owner, f"{MACHINE}?start={later}&end={later}")

    assert text_of(page.select_one(".field-error")) == "This day is in the future."


@pytest.mark.usefixtures("charts")
def test_queries_with_interfaces_have_a_chart_for_each(
    owner: Client, settings: Settings
) -> None:
    settings.GRAPHS = {"network": {"queries": {"In": 'rx{d="{interface}"}'}}}

    page = get(owner, MACHINE)

    assert sources(page) == [
        f"{MACHINE}data/network?start=-1d&end=now&interface=eth0",
    ]


@pytest.mark.usefixtures("images")
def test_images_are_of_the_machine_and_its_interfaces(owner: Client) -> None:
    page = get(owner, f"{MACHINE}?span=1mon")

    assert pictures(page) == [
        f"{MACHINE}cpu-ts/-1mon,now",
        f"{MACHINE}net-ts/-1mon,now/eth0",
    ]
    assert {image["loading"] for image in page.select("main img")} == {"lazy"}


@pytest.mark.usefixtures("charts", "images")
def test_with_both_servers_one_can_choose(owner: Client) -> None:
    page = get(owner, f"{MACHINE}?span=1w")

    assert pictures(page) == []
    assert len(sources(page)) == 4
    link = page.select_one("a.other-source")
    assert link is not None
    other = get(owner, str(link["href"]))
    assert sources(other) == []
    assert pictures(other)[0] == f"{MACHINE}cpu-ts/-1w,now"


# -- many machines


@pytest.mark.usefixtures("charts")
def test_all_machines_are_in_sections_that_load_when_opened(staff: Client) -> None:
    page = get(staff, f"{ALL}?by=node")

    sections = page.select(".graph-section > details")
    assert [text_of(section.select_one("b")) for section in sections] == [
        "node1",
        "node2",
        "node3",
    ]
    assert not any(section.has_attr("open") for section in sections)
    part = get(staff, str(sections[1]["hx-get"]), hx_request="true")
    assert machines(part) == {"node2": ["web10"]}
    assert part.select_one("html") is None


@pytest.mark.usefixtures("charts")
@pytest.mark.parametrize(
    ("query", "sections"),
    [
        ("", {"athens": ["db1", "mail1", "old1", "web1", "web2", "web10"]}),
        (
            "?by=group",
            {"default": ["db1", "mail1", "web1", "web2", "web10"], "spare": ["old1"]},
        ),
        ("?q=WEB&by=node", {"node1": ["web1", "web2"], "node2": ["web10"]}),
        ("?node=node3", {"athens": ["old1"]}),
        ("?group=none", {}),
    ],
)
def test_machines_of_a_cluster_are_in_natural_order(
    staff: Client, query: str, sections: dict[str, list[str]]
) -> None:
    assert machines(get(staff, f"{ATHENS}{query}")) == sections


@pytest.mark.usefixtures("charts")
def test_machines_share_the_templates_of_their_charts(staff: Client) -> None:
    page = get(staff, f"{ATHENS}?span=6h")

    parts = [chart["data-chart-part"] for chart in page.select("template .chart")]
    assert parts == ["cpu?start=-6h&end=now", "network?start=-6h&end=now"]
    addresses = [place["data-graphs"] for place in page.select("[data-graphs]")]
    assert len(addresses) == 6
    assert f"{MACHINE}data/" in addresses


@pytest.mark.usefixtures("images")
def test_images_of_many_machines_are_loaded_lazily(staff: Client) -> None:
    page = get(staff, ATHENS)

    assert len(pictures(page)) == 12
    assert {image["loading"] for image in page.select("main img")} == {"lazy"}


@pytest.mark.usefixtures("charts")
def test_more_machines_than_a_page_shows_are_on_the_next(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_pages, "PAGE_SIZE", 4)

    page = get(staff, f"{ATHENS}?by=node&page=2")

    assert machines(page) == {"node2": ["web10"], "node3": ["old1"]}
    assert page.select_one('.pager a[href$="?by=node"]')


@pytest.mark.usefixtures("charts")
def test_the_permission_for_all_graphs_shows_no_other_pages(
    client: Client, carol: User
) -> None:
    carol.user_permissions.add(Permission.objects.get(codename="view_all_graphs"))
    client.force_login(carol)

    page = get(client, ALL)
    assert page.select_one(f'nav a[href="{ALL}"][aria-current]')
    assert len(machines(get(client, ATHENS))["athens"]) == 6
    own = get(client, MACHINE)
    assert own.select_one(f'main a[href="{url("detail")}"]') is None
    assert client.get(url("detail")).status_code == 404


@pytest.mark.usefixtures("charts")
def test_the_search_covers_names_alone(client: Client, carol: User) -> None:
    carol.user_permissions.add(Permission.objects.get(codename="view_all_graphs"))
    client.force_login(carol)

    page = get(client, f"{ATHENS}?q=alice")

    assert text_of(page.select_one(".empty h2")) == "No machines match"
    assert get(client, f"{ALL}?q=alice").select_one(".empty")


@pytest.mark.usefixtures("charts")
def test_a_cluster_that_is_not_known_yet_is_named(
    staff: Client, cluster: Cluster
) -> None:
    Cluster.objects.create(hostname="rome.example.org", slug="rome")

    assert "A cluster is being contacted" in text_of(get(staff, ALL).select_one("main"))
    assert staff.get("/graph/rome/instances/").status_code == 503
    assert staff.get("/graph/paris/instances/").status_code == 404


@pytest.mark.usefixtures("charts")
def test_the_number_of_queries_is_constant(
    staff: Client,
    cluster: Cluster,
    published: FakeRapi,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(50):
        published.add(f"more{number}")
    assert refreshing.refresh(cluster, force=True)

    get(staff, ALL)  # so that counts of the frame are cached
    for address in (ALL, ATHENS, MACHINE):
        with django_assert_max_num_queries(6):
            get(staff, address)


@pytest.mark.usefixtures("charts", "images", "in_greek")
@pytest.mark.parametrize("address", [MACHINE, ALL, ATHENS, f"{ATHENS}?q=none"])
def test_pages_are_in_greek(staff: Client, address: str) -> None:
    page = get(staff, address, accept_language="el").select_one("main")

    assert english(str(page)) - {"CPU", "eth"} == set()
