"""A file server, and probes that do not sleep."""

from collections.abc import Iterator

import pytest

from apps.net import probe
from tests.local_server import served
from tests.net.file_server import FileServer


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses before refusals instead of sleeping."""
    pauses: list[float] = []
    monkeypatch.setattr(probe, "_sleep", pauses.append)
    return pauses


@pytest.fixture
def server() -> Iterator[FileServer]:
    server = FileServer()
    with served(server.http):
        yield server
