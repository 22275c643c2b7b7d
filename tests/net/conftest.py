"""A server of files, and probes that do not pause."""

from collections.abc import Iterator

import pytest

from apps.net import probe
from tests.local_server import served
from tests.net.file_server import Server


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return how long failures wait before they are told, without the waiting."""
    waits: list[float] = []
    monkeypatch.setattr(probe, "_sleep", waits.append)
    return waits


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    with served(server.http):
        yield server
