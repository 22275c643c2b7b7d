"""A cluster with options to choose from, and a reviewer."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.placement import ipolicy, pool


@pytest.fixture(autouse=True)
def image(settings: Settings) -> None:
    """Configure one image."""
    settings.OPERATING_SYSTEMS = {
        "debian": {"description": "Debian 12", "provider": "image+default"}
    }


@pytest.fixture
def offering(cluster: Cluster, rapi: FakeRapi) -> FakeRapi:
    """Return Ganeti with two groups, one of them locked, and two networks."""
    rapi.groups["default"]["tags"] = ["vg:fast"]
    rapi.groups["default"]["ipolicy"] = ipolicy()
    rapi.networks = [pool("full", "default", free=0), pool("public", "default")]
    assert refreshing.refresh(cluster, force=True)
    rapi.calls.clear()
    return rapi


@pytest.fixture
def reviewer(client: Client, rhea: User) -> Client:
    client.force_login(rhea)
    return client
