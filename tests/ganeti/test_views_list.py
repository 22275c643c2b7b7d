import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Preferences
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, rows, text

LIST = reverse("ganeti:instance-list")


def names(client: Client, query: str = "") -> list[str]:
    return list(rows(client.get(LIST + query)))


# -- visibility


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("username", "listed"),
    [
        ("alice", ["mail1", "old1", "web1", "web2"]),
        ("bob", ["web10"]),
        ("carol", []),
        ("olga", ["db1", "mail1", "old1", "web1", "web2", "web10"]),
        ("root", ["db1", "mail1", "old1", "web1", "web2", "web10"]),
    ],
)
def test_users_see_the_machines_they_may_view(
    client: Client,
    alice: User,
    bob: User,
    carol: User,
    olga: User,
    root: User,
    username: str,
    listed: list[str],
) -> None:
    client.force_login(User.objects.get(username=username))

    assert names(client) == listed


@pytest.mark.usefixtures("published")
def test_nodes_and_owners_are_shown_to_staff_only(
    client: Client, alice: User, olga: User
) -> None:
    client.force_login(alice)
    owner_page = markup(client.get(LIST))
    client.force_login(olga)
    staff_page = markup(client.get(LIST))

    assert "node1" not in owner_page
    assert 'name="owner"' not in owner_page
    assert "node1" in staff_page
    assert 'name="owner"' in staff_page


@pytest.mark.usefixtures("published")
def test_an_owner_cannot_filter_by_hidden_columns(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert names(client, "?node=node3") == ["mail1", "old1", "web1", "web2"]


@pytest.mark.usefixtures("published", "alice")
def test_unknown_owners_are_marked(client: Client, olga: User) -> None:
    client.force_login(olga)
    table_rows = rows(client.get(LIST))

    assert "owner-unknown" in table_rows["db1"].markup  # dave
    assert "owner-unknown" not in table_rows["web1"].markup  # alice


# -- search, filters, order, pages


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("query", "listed"),
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
def test_the_query_string_selects_and_orders_machines(
    client: Client, olga: User, query: str, listed: list[str] | None
) -> None:
    client.force_login(olga)
    everything = ["db1", "mail1", "old1", "web1", "web2", "web10"]

    assert names(client, query) == (everything if listed is None else listed)


@pytest.mark.usefixtures("published")
def test_filters_are_shown_as_links_that_clear_them(client: Client, olga: User) -> None:
    client.force_login(olga)

    page = markup(client.get(f"{LIST}?q=web&state=stopped&page=3"))

    assert '<a class="chip" href="?state=stopped">' in page
    assert '<a class="chip" href="?q=web">' in page
    assert "1 of 6 machines" in text(page)


def test_a_long_list_is_paginated(
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
def test_chosen_columns_are_saved(client: Client, olga: User) -> None:
    client.force_login(olga)

    response = client.post(
        reverse("ganeti:instance-columns"),
        {"column": ["state", "disk", "nonsense"], "next": "?q=web1"},
    )

    assert response.headers["Location"] == f"{LIST}?q=web1"
    assert Preferences.objects.get(user=olga).instance_columns == ["state", "disk"]
    row = rows(client.get(LIST))["web1"].markup
    assert "c-disk" in row
    assert "c-memory" not in row


def test_redirects_stay_on_the_site(client: Client, carol: User) -> None:
    client.force_login(carol)

    for elsewhere in ("https://evil.example", "//evil.example", "?//evil.example"):
        response = client.post(reverse("ganeti:instance-columns"), {"next": elsewhere})
        assert response.headers["Location"].split("?")[0] == LIST


# -- rows


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
def test_a_state_has_a_symbol_and_a_label(
    client: Client, alice: User, name: str, dot: str, word: str
) -> None:
    client.force_login(alice)

    row = rows(client.get(LIST))[name]

    assert f'"dot dot-{dot}"' in row.markup
    assert word in row.text


def test_a_machine_of_a_silent_node_shows_its_last_state(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.silent_nodes.add("node1")
    assert refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    assert (
        "Node down, last seen running just now" in rows(client.get(LIST))["web1"].text
    )


def test_marks_have_labels(
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


def test_names_from_a_cluster_are_escaped(
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
def test_actions_are_offered_to_owners_only(
    client: Client, alice: User, olga: User
) -> None:
    client.force_login(alice)
    owner_rows = rows(client.get(LIST))
    client.force_login(olga)
    viewer_rows = rows(client.get(LIST))

    assert 'formaction="/instances/athens/web2/startup"' in owner_rows["web2"].markup
    assert 'name="reboot" value="athens/web1"' in owner_rows["web1"].markup
    assert "machine is locked by staff" in owner_rows["mail1"].markup
    assert "under maintenance" in owner_rows["old1"].markup
    assert "formaction" not in viewer_rows["web2"].markup


def test_an_empty_list_explains_the_next_step(
    client: Client, carol: User, root: User
) -> None:
    client.force_login(carol)
    user_text = text(markup(client.get(LIST)))
    client.force_login(root)
    superuser_text = text(markup(client.get(LIST)))

    assert "You don't have any machines yet" in user_text
    assert "Add a cluster" in superuser_text


@pytest.mark.usefixtures("published")
def test_a_search_without_results_is_reported(client: Client, olga: User) -> None:
    client.force_login(olga)

    assert "No matching machines" in text(markup(client.get(f"{LIST}?q=nothing")))


# -- fragments


@pytest.mark.usefixtures("published")
def test_htmx_gets_the_list_only_with_a_short_url(client: Client, alice: User) -> None:
    client.force_login(alice)

    response = client.get(
        f"{LIST}?q=web&state=&cluster=", headers={"HX-Request": "true"}
    )

    assert "<html" not in markup(response)
    assert response.headers["HX-Push-Url"] == f"{LIST}?q=web"
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.usefixtures("published")
def test_htmx_gets_the_whole_page_for_history_restore(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert "<html" in markup(client.get(LIST, headers=headers))


# -- costs


def publish(slug: str, machines: int, rapi: FakeRapi) -> None:
    cluster = Cluster.objects.create(
        slug=slug, hostname=f"{slug}.example.org", username="u", can_write=True
    )
    row = rapi.instances["web1"]
    rapi.instances = {
        f"{slug}-{n}": row | {"name": f"{slug}-{n}"} for n in range(machines)
    }
    assert refreshing.refresh(cluster, force=True)


def test_a_long_list_takes_the_same_number_of_queries(
    client: Client,
    olga: User,
    cluster: Cluster,
    rapi_by_host: dict[str, FakeRapi],
    published: FakeRapi,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(olga)
    client.get(LIST)
    with django_assert_num_queries(QUERIES_OF_STAFF):
        client.get(LIST)

    for slug in ("berlin", "cairo"):
        rapi_by_host[f"{slug}.example.org"] = FakeRapi()
        rapi_by_host[f"{slug}.example.org"].instances = dict(published.instances)
        publish(slug, 300, rapi_by_host[f"{slug}.example.org"])
    calls = [len(rapi.calls) for rapi in rapi_by_host.values()]

    with django_assert_num_queries(QUERIES_OF_STAFF):
        response = client.get(f"{LIST}?q=0&sort=-memory")

    assert len(rows(response)) == 50
    assert [len(rapi.calls) for rapi in rapi_by_host.values()] == calls


# Session with its user and columns, rights, clusters, jobs that run, names of owners.
# One of them for the reason of the node group that is under maintenance.
QUERIES_OF_STAFF = 6
