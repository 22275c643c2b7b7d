from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Preferences
from apps.ganeti.models import Cluster, ClusterRefresh
from apps.ganeti.state import refreshing, snapshots
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, rows, text

LIST = reverse("ganeti:instance-list")


def names(client: Client, query: str = "") -> list[str]:
    return list(rows(client.get(LIST + query)))


# -- who sees what


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("alice", ["mail1", "old1", "web1", "web2"]),
        ("bob", ["web10"]),
        ("carol", []),
        ("olga", ["db1", "mail1", "old1", "web1", "web2", "web10"]),
        ("root", ["db1", "mail1", "old1", "web1", "web2", "web10"]),
    ],
)
def test_each_sees_the_machines_that_are_theirs_to_see(
    client: Client,
    alice: User,
    bob: User,
    carol: User,
    olga: User,
    root: User,
    username: str,
    seen: list[str],
) -> None:
    client.force_login(User.objects.get(username=username))

    assert names(client) == seen


@pytest.mark.usefixtures("published")
def test_nodes_and_owners_are_shown_to_staff_alone(
    client: Client, alice: User, olga: User
) -> None:
    client.force_login(alice)
    hers = markup(client.get(LIST))
    client.force_login(olga)
    staffs = markup(client.get(LIST))

    assert "node1" not in hers
    assert 'name="owner"' not in hers
    assert "node1" in staffs
    assert 'name="owner"' in staffs


@pytest.mark.usefixtures("published")
def test_an_owner_cannot_filter_by_what_is_hidden(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert names(client, "?node=node3") == ["mail1", "old1", "web1", "web2"]


@pytest.mark.usefixtures("published", "alice")
def test_an_owner_whom_nobody_knows_is_marked(client: Client, olga: User) -> None:
    client.force_login(olga)
    found = rows(client.get(LIST))

    assert "owner-unknown" in found["db1"].markup  # dave
    assert "owner-unknown" not in found["web1"].markup  # alice


# -- search, filters, order, pages


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("?q=web1", ["web1", "web10"]),
        ("?q=192.0.2.9", ["web2"]),
        ("?q=DAVE", ["db1"]),
        ("?q=web+node2", ["web1", "web2", "web10"]),
        ("?state=stopped", ["web2"]),
        ("?mark=locked", ["mail1"]),
        ("?node=node3", ["old1"]),
        ("?owner=staff", ["web10"]),
        ("?cluster=nowhere", []),
        ("?sort=-name", ["web10", "web2", "web1", "old1", "mail1", "db1"]),
        ("?q=web&sort=ip", ["web2", "web1", "web10"]),
        ("?state=nonsense&sort=nonsense&page=nonsense&size=7&mark=x", None),
    ],
)
def test_the_address_says_what_the_list_shows(
    client: Client, olga: User, query: str, seen: list[str] | None
) -> None:
    client.force_login(olga)
    everything = ["db1", "mail1", "old1", "web1", "web2", "web10"]

    assert names(client, query) == (everything if seen is None else seen)


@pytest.mark.usefixtures("published")
def test_filters_are_chips_that_clear_themselves(client: Client, olga: User) -> None:
    client.force_login(olga)

    page = markup(client.get(f"{LIST}?q=web&state=stopped&page=3"))

    assert '<a class="chip" href="?state=stopped">' in page
    assert '<a class="chip" href="?q=web">' in page
    assert "1 of 6 machines" in text(page)


def test_a_long_list_comes_in_pages(
    client: Client, olga: User, cluster: Cluster, rapi: FakeRapi
) -> None:
    for number in range(60):
        rapi.add(f"n{number}")
    assert refreshing.refresh(cluster, force=True)
    client.force_login(olga)

    first, last = client.get(LIST), client.get(f"{LIST}?page=2")

    assert (len(rows(first)), len(rows(last))) == (50, 16)
    assert "50 of 66" in text(markup(first))
    assert "66 of 66" in text(markup(last))
    assert len(rows(client.get(f"{LIST}?page=99&size=20"))) == 6


@pytest.mark.usefixtures("published")
def test_the_columns_one_chose_are_remembered(client: Client, olga: User) -> None:
    client.force_login(olga)

    posted = client.post(
        reverse("ganeti:instance-columns"),
        {"column": ["state", "disk", "nonsense"], "next": "?q=web1"},
    )

    assert posted.headers["Location"] == f"{LIST}?q=web1"
    assert Preferences.objects.get(user=olga).instance_columns == ["state", "disk"]
    row = rows(client.get(LIST))["web1"].markup
    assert "c-disk" in row
    assert "c-memory" not in row


def test_nobody_is_sent_to_another_site(client: Client, carol: User) -> None:
    client.force_login(carol)

    for elsewhere in ("https://evil.example", "//evil.example", "?//evil.example"):
        posted = client.post(reverse("ganeti:instance-columns"), {"next": elsewhere})
        assert posted.headers["Location"].split("?")[0] == LIST


# -- what rows say


@pytest.mark.usefixtures("every_state")
@pytest.mark.parametrize(
    ("name", "dot", "word"),
    [
        ("is-running", "ok", "Running"),
        ("is-admin-down", "off", "Stopped"),
        ("is-admin-offline", "slashed", "Offline"),
        ("is-error-up", "half", "Running (should be stopped)"),
        ("is-error-down", "half", "Stopped (should be running)"),
        ("is-user-down", "half", "Shut down by the user"),
        ("is-error-nodedown", "bad", "Node down"),
        ("is-error-nodeoffline", "bad", "Node offline"),
        ("is-error-wrongnode", "bad", "Running on the wrong node"),
    ],
)
def test_a_state_is_a_mark_and_a_word(
    client: Client, alice: User, name: str, dot: str, word: str
) -> None:
    client.force_login(alice)

    row = rows(client.get(LIST))[name]

    assert f'"dot dot-{dot}"' in row.markup
    assert word in row.text


def test_a_machine_not_seen_now_says_when_it_last_was(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.silent_nodes.add("node1")
    assert refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    assert (
        "Node down, last seen running just now" in rows(client.get(LIST))["web1"].text
    )


def test_marks_say_what_they_mean(
    client: Client, alice: User, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.add(
        "odd",
        tags=[f"ganetimgr:{tag}" for tag in ("user:alice", "isolate", "needsreboot")],
        hv_boot_order="cdrom",
        hv_cdrom_image_path="http://cd.example/a.iso",
    )
    assert refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    row = rows(client.get(LIST))["odd"].markup

    for word in ("Isolated", "Needs reboot", "Boots from CD-ROM"):
        assert f'aria-label="{word}"' in row


def test_names_from_a_cluster_are_never_markup(
    client: Client, olga: User, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.add(
        "bad", tags=["ganetimgr:user:<script>%s%d"], nic_ips=['"><b>\ue0000\ue001']
    )
    assert refreshing.refresh(cluster, force=True)
    client.force_login(olga)

    row = rows(client.get(LIST))["bad"].markup

    assert "&lt;script&gt;%s%d" in row
    assert "<b>" not in row
    assert "<script>" not in row


@pytest.mark.usefixtures("published")
def test_actions_are_offered_to_whom_they_belong(
    client: Client, alice: User, olga: User
) -> None:
    client.force_login(alice)
    hers = rows(client.get(LIST))
    client.force_login(olga)
    olgas = rows(client.get(LIST))

    assert 'formaction="/instances/athens/web2/startup"' in hers["web2"].markup
    assert 'name="reboot" value="athens/web1"' in hers["web1"].markup
    assert "machine is locked by staff" in hers["mail1"].markup
    assert "under maintenance" in hers["old1"].markup
    assert "formaction" not in olgas["web2"].markup


# -- clusters that are away


def test_a_cluster_that_is_down_keeps_its_machines_on_screen(
    client: Client, alice: User, carol: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    assert not refreshing.refresh(cluster, force=True)
    client.force_login(alice)
    hers = client.get(LIST)
    client.force_login(carol)
    carols = client.get(LIST)

    assert "stopped responding" in text(markup(hers))
    assert 'class="old"' in rows(hers)["web1"].markup
    assert "as of" in rows(hers)["web1"].text
    assert "responding" in rows(hers)["web1"].markup
    assert "It refused the connection" not in markup(hers)
    assert "stopped responding" not in text(markup(carols))


def test_a_cluster_not_known_yet_says_so_until_it_is(
    client: Client,
    alice: User,
    cluster: Cluster,
    rapi: FakeRapi,
    in_background: list[str],
) -> None:
    client.force_login(alice)

    before = markup(client.get(LIST))
    assert refreshing.refresh(cluster, force=True)
    after = markup(client.get(LIST))

    assert "contacted for the first time" in text(before)
    assert 'hx-trigger="every 3s"' in before
    assert in_background == ["athens"]
    assert "contacted for the first time" not in text(after)
    assert 'hx-trigger="every 3s"' not in after


def test_an_empty_list_offers_the_next_step(
    client: Client, carol: User, root: User
) -> None:
    client.force_login(carol)
    carols = text(markup(client.get(LIST)))
    client.force_login(root)
    roots = text(markup(client.get(LIST)))

    assert "You don't have any machines yet" in carols
    assert "Add a cluster" in roots


@pytest.mark.usefixtures("published")
def test_a_search_that_finds_nothing_offers_everything(
    client: Client, olga: User
) -> None:
    client.force_login(olga)

    assert "No matching machines" in text(markup(client.get(f"{LIST}?q=nothing")))


# -- fragments


@pytest.mark.usefixtures("published")
def test_htmx_gets_the_list_alone_with_its_plain_address(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    part = client.get(f"{LIST}?q=web&state=&cluster=", headers={"HX-Request": "true"})

    assert "<html" not in markup(part)
    assert part.headers["HX-Push-Url"] == f"{LIST}?q=web"
    assert "HX-Request" in part.headers["Vary"]


@pytest.mark.usefixtures("published")
def test_htmx_gets_the_whole_page_to_restore_it(client: Client, alice: User) -> None:
    client.force_login(alice)
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert "<html" in markup(client.get(LIST, headers=headers))


# -- what it costs


def publish(slug: str, machines: int, rapi: FakeRapi) -> None:
    cluster = Cluster.objects.create(
        slug=slug, hostname=f"{slug}.example.org", username="u", can_write=True
    )
    row = rapi.instances["web1"]
    rapi.instances = {
        f"{slug}-{n}": row | {"name": f"{slug}-{n}"} for n in range(machines)
    }
    assert refreshing.refresh(cluster, force=True)


def test_a_list_costs_the_same_queries_however_long_it_is(
    client: Client,
    olga: User,
    cluster: Cluster,
    farm: dict[str, FakeRapi],
    published: FakeRapi,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(olga)
    client.get(LIST)
    with django_assert_num_queries(QUERIES_OF_STAFF):
        client.get(LIST)

    for slug in ("berlin", "cairo"):
        farm[f"{slug}.example.org"] = FakeRapi()
        farm[f"{slug}.example.org"].instances = dict(published.instances)
        publish(slug, 300, farm[f"{slug}.example.org"])
    calls = [len(rapi.calls) for rapi in farm.values()]

    with django_assert_num_queries(QUERIES_OF_STAFF):
        response = client.get(f"{LIST}?q=0&sort=-memory")

    assert len(rows(response)) == 50
    assert [len(rapi.calls) for rapi in farm.values()] == calls


# Session with its user and columns, rights, clusters, jobs that run, names of owners.
QUERIES_OF_STAFF = 5


def test_old_news_says_how_old_it_is(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    since = timezone.now() - timedelta(minutes=7)
    ClusterRefresh.objects.update(failing_since=since)
    snapshots.clear_memory()
    client.force_login(alice)

    assert "stopped responding 7 min ago" in text(markup(client.get(LIST)))


def test_moments_are_exact_on_a_closer_look(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    ClusterRefresh.objects.update(failing_since=datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    client.force_login(alice)

    page = markup(client.get(LIST))

    assert '<time datetime="2026-01-02T03:04:00+00:00"' in page
    assert "03:04:00 UTC" in page
