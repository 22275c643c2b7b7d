"""The list of machines while clusters are down or unknown."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.ganeti.models import Cluster, ClusterRefresh
from apps.ganeti.state import refreshing, snapshots
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, rows, text

LIST = reverse("ganeti:instance-list")


def test_machines_of_a_cluster_that_is_down_stay_listed(
    client: Client, alice: User, carol: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    assert not refreshing.refresh(cluster, force=True)
    client.force_login(alice)
    owner_response = client.get(LIST)
    client.force_login(carol)
    stranger_response = client.get(LIST)

    assert "stopped responding" in text(markup(owner_response))
    assert 'class="old"' in rows(owner_response)["web1"].markup
    assert "as of" in rows(owner_response)["web1"].text
    assert "responding" in rows(owner_response)["web1"].markup
    assert "It refuses connections" not in markup(owner_response)
    assert "stopped responding" not in text(markup(stranger_response))


def test_an_unknown_cluster_is_reported_until_refreshed(
    client: Client,
    alice: User,
    cluster: Cluster,
    rapi: FakeRapi,
    background_refreshes: list[str],
) -> None:
    client.force_login(alice)

    first_page = markup(client.get(LIST))
    assert refreshing.refresh(cluster, force=True)
    second_page = markup(client.get(LIST))

    assert "contacted for the first time" in text(first_page)
    assert 'hx-trigger="every 3s"' in first_page
    assert background_refreshes == ["athens"]
    assert "contacted for the first time" not in text(second_page)
    assert 'hx-trigger="every 3s"' not in second_page


def test_the_age_of_an_outage_is_shown(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    since = timezone.now() - timedelta(minutes=7)
    ClusterRefresh.objects.update(failing_since=since)
    snapshots.clear_memory()
    client.force_login(alice)

    assert "stopped responding 7 min ago" in text(markup(client.get(LIST)))


def test_times_have_an_exact_title(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    ClusterRefresh.objects.update(failing_since=datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    client.force_login(alice)

    page = markup(client.get(LIST))

    assert '<time datetime="2026-01-02T03:04:00+00:00"' in page
    assert "03:04:00 UTC" in page
