"""Machines that real Ganeti builds, and everything that can come between."""

import itertools
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab import Lab
from tests.smtp import MailServer
from tests.system.site import Site, within_s

pytestmark = [pytest.mark.system, pytest.mark.lab]

NARROW = f"narrow{os.getpid()}"
BUILT = ["alice@example.org", "manager@example.org"]


_count = itertools.count(1)


@pytest.fixture
def name(lab: Lab) -> Iterator[str]:
    """Return a name of its own for each test; what gets it is taken away."""
    name = f"built{next(_count)}-{os.getpid()}.example.org"
    yield name
    lab.remove(name)


def story(site: Site, pk: int) -> dict[str, Any]:
    found: dict[str, Any] = site.ask("application", pk=pk)
    return found


def comes_to(site: Site, pk: int, status: str, seconds: float = 30) -> dict[str, Any]:
    """Wait for the state of an application, and return what is known of it."""
    site.product.wait_until(
        lambda: story(site, pk)["status"] == status,
        within_s(seconds),
        f"it is {status}",
    )
    return story(site, pk)


def test_a_machine_is_built_and_runs_and_its_owner_is_told(
    production: Site, name: str
) -> None:
    pk = production.ask("accept", name=name, image="works")

    assert production.ask("build", pk=pk) == ""
    told = comes_to(production, pk, "created")

    assert told["mails"] == BUILT
    assert production.lab.instance(name)["status"] == "running"
    assert production.ask("known")[name] == "running"


def test_an_image_that_fails_leaves_nothing_in_the_way(
    production: Site, name: str
) -> None:
    pk = production.ask("accept", name=name, image="fails")
    production.ask("build", pk=pk)

    failed = comes_to(production, pk, "failed")
    assert "there is no such image" in failed["message"]
    assert failed["mails"] == ["admin@example.org"]
    assert failed["left"] == [name]

    production.ask("accept_again", pk=pk, operating_system="works")
    assert production.ask("build", pk=pk) == ""
    built = comes_to(production, pk, "created")

    assert built["left"] == []
    assert built["mails"] == sorted(["admin@example.org", *BUILT])
    assert production.lab.instance(name)["status"] == "running"


def test_a_cluster_that_is_down_at_submission_loses_nothing(
    production: Site, name: str
) -> None:
    pk = production.ask("accept", name=name, image="works")

    production.relay.refuse()
    try:
        said = production.ask("build", pk=pk)
    finally:
        production.relay.listen()

    assert "refused the connection" in said
    assert story(production, pk)["status"] == "failed"
    assert name not in production.lab.names()

    production.ask("accept_again", pk=pk)
    assert production.ask("build", pk=pk) == ""
    comes_to(production, pk, "created")


def test_a_watcher_that_is_killed_in_mid_creation_is_replaced(
    production: Site, name: str
) -> None:
    pk = production.ask("accept", name=name, image="slow")
    production.ask("build", pk=pk)
    comes_to(production, pk, "processing")

    production.product.kill_watcher()
    production.await_ganeti(story(production, pk)["job"])
    assert story(production, pk)["status"] == "processing"
    production.product.start_watcher()

    told = comes_to(production, pk, "created")
    assert told["mails"] == BUILT
    assert told["story"] == ["submitted", "created"]


def test_a_name_that_was_taken_meanwhile_is_said_and_left_alone(
    production: Site, name: str
) -> None:
    pk = production.ask("accept", name=name, image="works")
    production.lab.finish(production.lab.create(name, tags=["ganetimgr:user:carol"]))

    production.ask("build", pk=pk)
    failed = comes_to(production, pk, "failed")

    assert "is already in the cluster" in failed["message"]
    assert failed["left"] == []
    assert production.lab.instance(name)["tags"] == ["ganetimgr:user:carol"]


@pytest.fixture
def narrow(lab: Lab) -> Iterator[str]:
    """Have a network of one address, which is taken."""
    network = {
        "network_name": NARROW,
        "network": "203.0.113.0/30",
        "gateway": "203.0.113.1",
        "add_reserved_ips": ["203.0.113.2"],
        "conflicts_check": False,
    }
    connection = {
        "group_name": "default",
        "network_mode": "routed",
        "network_link": "narrow",
        "conflicts_check": False,
    }
    path = f"/2/networks/{NARROW}"
    lab.change("POST", "/2/networks", network)
    lab.change("PUT", f"{path}/connect", connection)
    yield NARROW
    lab.change("PUT", f"{path}/disconnect", {"group_name": "default"})
    lab.change("DELETE", path)


def test_a_network_that_is_full_is_said_in_ganetis_words(
    embedded: Site, name: str, narrow: str
) -> None:
    embedded.ask("learn_network", name=narrow)
    pk = embedded.ask("accept", name=name, image="works", nic_network=narrow)

    embedded.ask("build", pk=pk)
    failed = comes_to(embedded, pk, "failed")

    assert "Unable to get a free IP" in failed["message"]
    assert name not in embedded.lab.names()


def test_mail_waits_for_its_server_and_the_machine_does_not(
    embedded: Site, name: str
) -> None:
    pk = embedded.ask("accept", name=name, image="works")
    embedded.ask("build", pk=pk)

    told = comes_to(embedded, pk, "created")
    assert told["unsent"] == 2

    with MailServer(embedded.mail_port) as server:
        embedded.ask("send_mail_now")
        embedded.product.wait_until(
            lambda: story(embedded, pk)["unsent"] == 0,
            within_s(20),
            "the mails are sent",
        )
    ours = [message for message in server.messages if name.encode() in message]
    assert len(ours) == 2
