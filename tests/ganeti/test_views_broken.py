"""Error pages."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client

from apps.ganeti.reads import inventory
from tests.ganeti.fakes import FakeRapi


@pytest.fixture
def alice_client(alice: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    return client


def test_a_database_outage_is_reported(
    alice_client: Client, published: FakeRapi
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("it is gone")

    with connection.execute_wrapper(fail):
        response = alice_client.get("/")

    assert response.status_code == 503
    assert "can't reach its database" in response.content.decode()
    assert "it is gone" not in response.content.decode()


def test_an_exception_is_not_shown(
    alice_client: Client, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(inventory, "visible", fail)
    response = alice_client.get("/")

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
    assert "a secret of ours" not in response.content.decode()
