"""How long calls wait, and who waits less."""

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

ME = "me"


def test_patience_shortens_timeouts_and_never_lengthens_them() -> None:
    assert Timeouts(8, 15).at_most(4) == Timeouts(4, 4)
    assert Timeouts(8, 15).at_most(60) == Timeouts(8, 15)
    assert Timeouts(8, 15).at_most(None) == Timeouts(8, 15)


@pytest.fixture
def patience(
    monkeypatch: pytest.MonkeyPatch, published: FakeRapi
) -> list[float | None]:
    """Return how long each client that is made is willing to wait."""
    seen: list[float | None] = []

    def transport(endpoint: Endpoint) -> Transport:
        seen.append(endpoint.max_wait_s)
        return published

    monkeypatch.setattr(connections, "transport_factory", transport)
    return seen


def test_who_follows_jobs_waits_longer_only_when_no_answer_came(
    cluster: Cluster,
    published: FakeRapi,
    by_alice: Acting,
    patience: list[float | None],
) -> None:
    power.reboot(cluster, machine(cluster, "web1"), by=by_alice)
    tracking.claim(ME, timezone.now())
    follower = Follower(ME, cluster.pk, Event())
    patience.clear()

    published.go_down(sent=True)
    follower.turn()
    follower.turn()
    published.come_back()
    follower.turn()
    follower.turn()

    first, second, third, fourth = patience
    assert first is not None
    assert (second, third, fourth) == (2 * first, 4 * first, first)
