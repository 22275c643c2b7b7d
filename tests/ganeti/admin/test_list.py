"""The list of clusters and its actions, networks, jobs and audit entries."""

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
    create_cluster,
    errors,
    messages_of,
)

# -- the list and its actions


def run_action(admin: Client, action: str, *clusters: Cluster) -> Page:
    chosen = [cluster.pk for cluster in clusters]
    return admin.post(reverse(LIST), {"action": action, "_selected_action": chosen})


def test_the_list_shows_the_state_of_each_cluster(
    admin: Client, athens: SimulatedCluster
) -> None:
    now = timezone.now()
    up, down = (
        create_cluster(athens),
        Cluster.objects.create(hostname="b.org", slug="berlin"),
    )
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
    ("state", "expected"),
    [("answers", "athens"), ("down", "berlin"), ("unknown", "cairo")],
)
def test_clusters_are_filtered_by_state(
    admin: Client, state: str, expected: str
) -> None:
    now = timezone.now()
    for slug, refresh_state in [
        ("athens", {"refreshed_at": now}),
        ("berlin", {"refreshed_at": now, "failing_since": now}),
        ("cairo", None),
    ]:
        cluster = Cluster.objects.create(hostname=f"{slug}.org", slug=slug)
        if refresh_state:
            ClusterRefresh.objects.create(cluster=cluster, **refresh_state)

    response = admin.get(reverse(LIST), {"state": state})

    assert [str(c) for c in response.context["cl"].result_list] == [expected]


def test_a_long_list_takes_few_queries(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        Cluster.objects.create(hostname=f"{number}.org", slug=f"c{number}")

    with django_assert_max_num_queries(8):
        admin.get(reverse(LIST))


def test_clusters_are_disabled_and_enabled_with_log_entries(
    admin: Client, athens: SimulatedCluster, background_refreshes: list[str]
) -> None:
    cluster = create_cluster(athens)

    disabled = run_action(admin, "disable", cluster)
    any_enabled = Cluster.objects.enabled().exists()
    enabled = run_action(admin, "enable", cluster)

    assert not any_enabled
    assert "Disabled: athens." in messages_of(disabled)
    assert "Enabled: athens." in messages_of(enabled)
    assert Cluster.objects.enabled().exists()
    assert LogEntry.objects.count() == 2
    assert background_refreshes == ["athens"]


def test_testing_reports_each_cluster_and_saves_write_access(
    admin: Client, athens: SimulatedCluster, simulator: Simulator
) -> None:
    working = create_cluster(athens, username="viewer")
    oldie = simulator.clusters["oldie"]
    too_old = create_cluster(oldie, slug="oldie", hostname="localhost")
    undecryptable = create_cluster(athens, slug="lost", hostname="127.0.0.2")
    Cluster.objects.filter(pk=undecryptable.pk).update(password_encrypted="lost")

    text = messages_of(
        run_action(admin, "test_connection", working, too_old, undecryptable)
    )

    working.refresh_from_db()
    assert working.can_write is False
    assert "“athens”: athens: Ganeti 3.0.2" in text
    assert "“oldie”: The cluster runs Ganeti 2.3" in text
    assert "“lost”: No key in the settings can decrypt" in text


def test_deleting_a_cluster_lists_related_objects(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = create_cluster(athens)
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


def network(cluster: Cluster, **changes: str) -> dict[str, str]:
    return {
        "cluster": str(cluster.pk),
        "description": "Backbone",
        "link": "br0",
        "mode": "bridged",
        "ipv6_prefix": "",
        **changes,
    }


@pytest.fixture
def berlin(db: None) -> Cluster:
    return Cluster.objects.create(hostname="b.org", slug="berlin")


NETWORK_ADD = "admin:ganeti_network_add"


def test_a_networks_prefix_is_saved_in_canonical_form(
    admin: Client, berlin: Cluster
) -> None:
    group = Group.objects.create(name="staff")
    values = network(berlin, ipv6_prefix=" 2001:DB8:0::/64", groups=str(group.pk))

    admin.post(reverse(NETWORK_ADD), values)

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
def test_an_invalid_prefix_is_refused(
    admin: Client, berlin: Cluster, prefix: str, words: str
) -> None:
    response = admin.post(reverse(NETWORK_ADD), network(berlin, ipv6_prefix=prefix))

    assert words in errors(response)["ipv6_prefix"][0]


def test_a_cluster_has_one_default_network(admin: Client, berlin: Cluster) -> None:
    admin.post(reverse(NETWORK_ADD), network(berlin, cluster_default="on"))
    first = Network.objects.get()
    change_url = reverse("admin:ganeti_network_change", args=[first.pk])

    response = admin.post(reverse(NETWORK_ADD), network(berlin, cluster_default="on"))
    change_response = admin.post(
        change_url, network(berlin, cluster_default="on", link="br1")
    )

    assert "“Backbone” is already the default" in errors(response)["cluster_default"][0]
    assert change_response.status_code == HTTPStatus.FOUND


# -- read-only models


@pytest.mark.parametrize("model", ["ganeti_job", "auditlog_auditentry"])
def test_jobs_and_audit_entries_are_read_only(
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

    response = admin.get(page)
    responses = [
        admin.post(page, {}),
        admin.post(reverse(f"admin:{model}_add"), {}),
        admin.post(reverse(f"admin:{model}_delete", args=[pk]), {"post": "yes"}),
    ]

    assert admin.get(reverse(f"admin:{model}_changelist")).status_code == HTTPStatus.OK
    assert response.status_code == HTTPStatus.OK
    assert b"<b>starting" not in response.content
    assert {a.status_code for a in responses} == {HTTPStatus.FORBIDDEN}
