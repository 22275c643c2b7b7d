"""The list of clusters, its actions, and the pages beside it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster, ClusterRefresh, Job, Network
from contrib.simulator import SimulatedCluster, Simulator
from tests.ganeti.admin.pages import (
    LIST,
    Page,
    added,
    errors,
    said,
)

# -- the list and its actions


def act(admin: Client, action: str, *clusters: Cluster) -> Page:
    chosen = [cluster.pk for cluster in clusters]
    return admin.post(reverse(LIST), {"action": action, "_selected_action": chosen})


def test_the_list_says_how_each_cluster_is(
    admin: Client, athens: SimulatedCluster
) -> None:
    now = timezone.now()
    up, down = added(athens), Cluster.objects.create(hostname="b.org", slug="berlin")
    Cluster.objects.create(hostname="c.org", slug="cairo", disabled=True)
    ClusterRefresh.objects.create(cluster=up, refreshed_at=now)
    ClusterRefresh.objects.create(
        cluster=down,
        failing_since=now - timedelta(minutes=5),
        last_error="It refuses <connections>.",
    )

    page = admin.get(reverse(LIST)).content.decode()

    assert "Up" in page
    assert "5 min ago" in page
    assert "It refuses &lt;connections&gt;." in page
    assert "Disabled" in page


@pytest.mark.parametrize(
    ("state", "found"),
    [("answers", "athens"), ("down", "berlin"), ("unknown", "cairo")],
)
def test_clusters_are_found_by_their_state(
    admin: Client, state: str, found: str
) -> None:
    now = timezone.now()
    for slug, known in [
        ("athens", {"refreshed_at": now}),
        ("berlin", {"refreshed_at": now, "failing_since": now}),
        ("cairo", None),
    ]:
        cluster = Cluster.objects.create(hostname=f"{slug}.org", slug=slug)
        if known:
            ClusterRefresh.objects.create(cluster=cluster, **known)

    response = admin.get(reverse(LIST), {"state": state})

    assert [str(c) for c in response.context["cl"].result_list] == [found]


def test_the_list_costs_the_same_number_of_queries_for_many(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        Cluster.objects.create(hostname=f"{number}.org", slug=f"c{number}")

    with django_assert_max_num_queries(8):
        admin.get(reverse(LIST))


def test_clusters_are_disabled_and_enabled_and_it_is_logged(
    admin: Client, athens: SimulatedCluster, background_refreshes: list[str]
) -> None:
    cluster = added(athens)

    disabled = act(admin, "disable", cluster)
    off = Cluster.objects.enabled().exists()
    enabled = act(admin, "enable", cluster)

    assert not off
    assert "Disabled: athens." in said(disabled)
    assert "Enabled: athens." in said(enabled)
    assert Cluster.objects.enabled().exists()
    assert LogEntry.objects.count() == 2
    assert background_refreshes == ["athens"]


def test_testing_tells_of_each_cluster_and_remembers_who_may_write(
    admin: Client, athens: SimulatedCluster, simulator: Simulator
) -> None:
    good = added(athens, username="viewer")
    oldie = simulator.clusters["oldie"]
    bad = added(oldie, slug="oldie", hostname="localhost")
    lost = added(athens, slug="lost", hostname="127.0.0.2")
    Cluster.objects.filter(pk=lost.pk).update(password_encrypted="lost")

    text = said(act(admin, "test_connection", good, bad, lost))

    good.refresh_from_db()
    assert good.can_write is False
    assert "“athens”: athens: Ganeti 3.0.2" in text
    assert "“oldie”: The cluster runs Ganeti 2.3" in text
    assert "“lost”: No key in the settings can decrypt" in text


def test_deleting_a_cluster_says_what_goes_with_it(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = added(athens)
    Network.objects.create(
        cluster=cluster, description="Backbone", link="br0", mode="bridged"
    )
    for number in range(3):
        Job.objects.create(
            key=str(number), cluster=cluster, kind="startup", target_name="web1"
        )
    url = reverse("admin:ganeti_cluster_delete", args=[cluster.pk])

    page = admin.get(url).content.decode()
    response = admin.post(url, {"post": "yes"})

    assert "Backbone" in page
    assert "jobs: 3" in page.lower()
    assert response.status_code == HTTPStatus.FOUND
    assert not Job.objects.exists()


# -- networks


def network(cluster: Cluster, **others: str) -> dict[str, str]:
    return {
        "cluster": str(cluster.pk),
        "description": "Backbone",
        "link": "br0",
        "mode": "bridged",
        "ipv6_prefix": "",
        **others,
    }


@pytest.fixture
def berlin(db: None) -> Cluster:
    return Cluster.objects.create(hostname="b.org", slug="berlin")


NETWORK_ADD = "admin:ganeti_network_add"


def test_a_network_is_added_with_its_prefix_in_short(
    admin: Client, berlin: Cluster
) -> None:
    group = Group.objects.create(name="staff")
    given = network(berlin, ipv6_prefix=" 2001:DB8:0::/64", groups=str(group.pk))

    admin.post(reverse(NETWORK_ADD), given)

    saved = Network.objects.get()
    assert saved.ipv6_prefix == "2001:db8::/64"
    assert list(saved.groups.all()) == [group]


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("2001:db8::/65", "too long. Use /64 or shorter"),
        ("2001:db8::1/64", "an address in 2001:db8::/64"),
        ("2001:db8::", "Include the prefix length"),
        ("192.0.2.0/24", "Enter an IPv6 prefix"),
        ("nonsense/64", "Enter an IPv6 prefix"),
        ("2001:db8::/x", "Enter an IPv6 prefix"),
    ],
)
def test_a_prefix_that_gives_no_addresses_is_refused_in_clear_words(
    admin: Client, berlin: Cluster, prefix: str, words: str
) -> None:
    response = admin.post(reverse(NETWORK_ADD), network(berlin, ipv6_prefix=prefix))

    assert words in errors(response)["ipv6_prefix"][0]


def test_a_cluster_has_one_default_network(admin: Client, berlin: Cluster) -> None:
    admin.post(reverse(NETWORK_ADD), network(berlin, cluster_default="on"))
    first = Network.objects.get()
    again = reverse("admin:ganeti_network_change", args=[first.pk])

    response = admin.post(reverse(NETWORK_ADD), network(berlin, cluster_default="on"))
    kept = admin.post(again, network(berlin, cluster_default="on", link="br1"))

    assert "“Backbone” is already the default" in errors(response)["cluster_default"][0]
    assert kept.status_code == HTTPStatus.FOUND


# -- what is only to be looked at


@pytest.mark.parametrize("model", ["ganeti_job", "auditlog_auditentry"])
def test_jobs_and_the_audit_log_are_only_to_be_looked_at(
    admin: Client, berlin: Cluster, model: str
) -> None:
    entry = AuditEntry.objects.create(username="alice", action="startup", refused=True)
    job = Job.objects.create(
        key="k", cluster=berlin, kind="startup", target_name="web1", audit_entry=entry
    )
    job.log = [[1, "2026-01-01T00:00:00+00:00", "<b>starting</b>"]]
    job.save()
    pk = job.pk if model == "ganeti_job" else entry.pk
    page = reverse(f"admin:{model}_change", args=[pk])

    shown = admin.get(page)
    answers = [
        admin.post(page, {}),
        admin.post(reverse(f"admin:{model}_add"), {}),
        admin.post(reverse(f"admin:{model}_delete", args=[pk]), {"post": "yes"}),
    ]

    assert admin.get(reverse(f"admin:{model}_changelist")).status_code == HTTPStatus.OK
    assert shown.status_code == HTTPStatus.OK
    assert b"<b>starting" not in shown.content
    assert {a.status_code for a in answers} == {HTTPStatus.FORBIDDEN}
