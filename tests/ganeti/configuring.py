"""The form of a configuration, and addresses that nobody asks: a plugin, for all."""

from typing import Any

import pytest
from django.test import Client

from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from apps.net import probe
from apps.net.probe import UnsuitableUrlError
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import url

ISO = "https://images.example.org/debian.iso"


NOW = {
    "boot_order": "disk",
    "cdrom_image_path": "",
    "disk_type": "paravirtual",
    "nic_type": "paravirtual",
}


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the addresses that were looked at; all have a file, but for "no"."""
    asked: list[str] = []

    def look(url: str, *, allow_private: bool, ports: list[int]) -> None:
        asked.append(url)
        if url == "no" or allow_private:
            raise UnsuitableUrlError("There is nothing.")

    monkeypatch.setattr(probe, "check", look)
    return asked


def configure(client: Client, name: str = "web1", **changes: str) -> Any:
    return client.post(url("configure", name), NOW | changes)


def add(cluster: Cluster, rapi: FakeRapi, name: str, **changes: Any) -> None:
    rapi.add(name, tags=["ganetimgr:user:alice"], **changes)
    assert refreshing.refresh(cluster, force=True)
    rapi.calls.clear()
