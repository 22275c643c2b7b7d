"""Timeouts of calls to clusters."""

from threading import Event

import pytest
from django.utils import timezone

from apps.auditlog.entries import Acting
from apps.ganeti.jobs import tracking
from apps.ganeti.models import Cluster
from apps.ganeti.rapi.transport import Endpoint, Timeouts, Transport
from apps.ganeti.services import power
from apps.ganeti.state import connections
from apps.ganeti.watch.follower import Follower
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import machine

WATCHER = "me"


def test_patience_only_shortens_timeouts() -> None:
    assert Timeouts(8, 15).at_most(4) == Timeouts(4, 4)
    assert Timeouts(8, 15).at_most(60) == Timeouts(8, 15)
    assert Timeouts(8, 15).at_most(None) == Timeouts(8, 15)


@pytest.fixture
def patience(
    monkeypatch: pytest.MonkeyPatch, published: FakeRapi
) -> list[float | None]:
    """Return the patience of each created client, in seconds."""
    patiences: list[float | None] = []

    def transport(endpoint: Endpoint) -> Transport:
        patiences.append(endpoint.max_wait_s)
        return published

    monkeypatch.setattr(connections, "transport_factory", transport)
    return patiences


def test_the_follower_doubles_its_patience_after_timeouts(
    cluster: Cluster,
    published: FakeRapi,
    by_alice: Acting,
    patience: list[float | None],
) -> None:
    power.reboot(cluster, machine(cluster, "web1"), by=by_alice)
    tracking.claim(WATCHER, timezone.now())
    follower = Follower(WATCHER, cluster.pk, Event())
    patience.clear()

    published.go_down(sent=True)
    follower.run_once()
    follower.run_once()
    published.come_back()
    follower.run_once()
    follower.run_once()

    first, second, third, fourth = patience
    assert first is not None
    assert (second, third, fourth) == (2 * first, 4 * first, first)
