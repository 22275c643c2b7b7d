from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.ganeti.models import Cluster, WatcherBeat
from apps.ganeti.rapi.errors import RapiProtocolError
from apps.ganeti.views import jobs
from tests.ganeti.pages import markup, notices, text

READY = reverse("ganeti:readyz")


def beat(seconds_ago: int) -> None:
    now = timezone.now()
    beat_at = now - timedelta(seconds=seconds_ago)
    WatcherBeat.objects.create(name="w", started_at=beat_at, beat_at=beat_at)


def test_healthz_runs_no_queries(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get(reverse("ganeti:healthz"))

    assert response.status_code == HTTPStatus.OK
    assert "sessionid" not in response.cookies


def test_readyz_is_ok_when_all_parts_are(client: Client, db: None) -> None:
    beat(2)

    response = client.get(READY)

    assert response.status_code == HTTPStatus.OK
    assert response.json() == {
        "ready": True,
        "database": "ok",
        "cache": "ok",
        "watcher": "ok",
    }


def test_a_missing_watcher_is_reported(client: Client, db: None) -> None:
    response = client.get(READY)

    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json()["watcher"] == "never heard of"


def test_a_silent_watcher_is_reported(client: Client, db: None) -> None:
    beat(60)

    assert client.get(READY).json()["watcher"].startswith("silent for 6")


def test_a_cache_that_loses_values_is_reported(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat(2)
    monkeypatch.setattr(cache, "get", lambda _key: None)

    response = client.get(READY)

    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json()["cache"] == "does not keep"


def test_readyz_leaves_one_entry_in_the_cache(
    client: Client, db: None, settings: Settings, tmp_path: Path
) -> None:
    backend = "ganetimgr.caches.files.FileBasedCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": tmp_path}}

    for _ in range(3):
        assert client.get(READY).json()["cache"] == "ok"

    assert len(list(tmp_path.iterdir())) == 1


def test_a_failing_cache_is_reported(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "set", fail)

    assert client.get(READY).json()["cache"] == "does not answer"


# -- staff


def test_staff_can_refresh_a_cluster(
    client: Client, olga: User, cluster: Cluster, background_refreshes: list[str]
) -> None:
    client.force_login(olga)

    response = client.post(
        reverse("ganeti:cluster-refresh", args=[cluster.slug]), follow=True
    )

    assert notices(response) == ["Refreshing athens."]
    assert background_refreshes[0] == "athens"


def test_others_cannot_refresh_a_cluster(
    client: Client, alice: User, cluster: Cluster, background_refreshes: list[str]
) -> None:
    client.force_login(alice)

    response = client.post(reverse("ganeti:cluster-refresh", args=[cluster.slug]))

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert background_refreshes == []


# -- uncaught errors of clusters


def test_an_unexpected_response_of_a_cluster_is_explained(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RapiProtocolError("<html>502 Bad Gateway</html>")

    monkeypatch.setattr(jobs, "render_fragment", fail)
    client.force_login(alice)

    response = client.get(reverse("ganeti:jobs-running"))

    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "A cluster returned an unexpected response." in text(markup(response))
    assert "Bad Gateway" not in markup(response)
