"""Forms that add and remove owners."""

from typing import Any

from django.test import Client

from tests.ganeti.pages import url


def add(client: Client, name: str, kind: str = "user", machine: str = "web1") -> Any:
    return client.post(url("owners", machine), {"word": kind, "name": name})


def remove(client: Client, owner: str, machine: str = "web1", **fields: str) -> Any:
    return client.post(url("owners", machine), {"owner": owner} | fields)
