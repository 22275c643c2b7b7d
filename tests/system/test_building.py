"""Building machines on real Ganeti, with failures and outages."""

import itertools
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab import Lab
from tests.smtp import MailServer
from tests.system.site import Site, within_s

pytestmark = [pytest.mark.system, pytest.mark.lab]

FULL_NETWORK = f"narrow{os.getpid()}"
RECIPIENTS = ["alice@example.org", "manager@example.org"]


_count = itertools.count(1)


@pytest.fixture
def name(lab: Lab) -> Iterator[str]:
    """Return a unique instance name; the instance is removed after the test."""
    name = f"built{next(_count)}-{os.getpid()}.example.org"
    yield name
    lab.remove(name)


def application_of(site: Site, pk: int) -> dict[str, Any]:
    application: dict[str, Any] = site.ask("application", pk=pk)
    return application


def wait_for_status(
    site: Site, pk: int, status: str, seconds: float = 30
) -> dict[str, Any]:
    """Wait until an application has a status, and return it."""
    site.product.wait_until(
        lambda: application_of(site, pk)["status"] == status,
        within_s(seconds),
        f"it is {status}",
    )
    return application_of(site, pk)


def test_a_machine_is_built_and_started_and_its_owner_is_mailed(
    production: Site, name: str
) -> None:
    pk = production.ask("accept", name=name, image="works")

    assert production.ask("build", pk=pk) == ""
    application = wait_for_status(production, pk, "created")

    assert application["mails"] == RECIPIENTS
    assert production.lab.instance(name)["status"] == "running"
    assert production.ask("known_states")[name] == "running"


def test_a_build_with_a_failing_image_can_be_repeated(
    production: Site, name: str
) -> None:
    pk = production.ask("accept", name=name, image="fails")
    production.ask("build", pk=pk)

    failed = wait_for_status(production, pk, "failed")
    assert "there is no such image" in failed["message"]
    assert failed["mails"] == ["admin@example.org"]
    assert failed["leftovers"] == [name]

    production.ask("accept_again", pk=pk, operating_system="works")
    assert production.ask("build", pk=pk) == ""
    built = wait_for_status(production, pk, "created")

    assert built["leftovers"] == []
    assert built["mails"] == sorted(["admin@example.org", *RECIPIENTS])
    assert production.lab.instance(name)["status"] == "running"


def test_an_application_can_be_submitted_again_after_an_outage(
    production: Site, name: str
) -> None:
    pk = production.ask("accept", name=name, image="works")

    production.relay.refuse()
    try:
        error = production.ask("build", pk=pk)
    finally:
        production.relay.listen()

    assert "refuses connections" in error
    assert application_of(production, pk)["status"] == "failed"
    assert name not in production.lab.names()

    production.ask("accept_again", pk=pk)
    assert production.ask("build", pk=pk) == ""
    wait_for_status(production, pk, "created")


def test_a_watcher_that_is_killed_in_mid_creation_is_replaced(
    production: Site, name: str
) -> None:
    pk = production.ask("accept", name=name, image="slow")
    production.ask("build", pk=pk)
    wait_for_status(production, pk, "processing")

    production.product.kill_watcher()
    production.wait_for_ganeti(application_of(production, pk)["job"])
    assert application_of(production, pk)["status"] == "processing"
    production.product.start_watcher()

    application = wait_for_status(production, pk, "created")
    assert application["mails"] == RECIPIENTS
    assert application["events"] == ["submitted", "created"]


def test_a_name_taken_in_the_meantime_is_reported_and_left_alone(
    production: Site, name: str
) -> None:
    pk = production.ask("accept", name=name, image="works")
    production.lab.finish(production.lab.create(name, tags=["ganetimgr:user:carol"]))

    production.ask("build", pk=pk)
    failed = wait_for_status(production, pk, "failed")

    assert "is already in the cluster" in failed["message"]
    assert failed["leftovers"] == []
    assert production.lab.instance(name)["tags"] == ["ganetimgr:user:carol"]


@pytest.fixture
def full_network(lab: Lab) -> Iterator[str]:
    """Create a network of one address, which is reserved."""
    network = {
        "network_name": FULL_NETWORK,
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
    path = f"/2/networks/{FULL_NETWORK}"
    lab.change("POST", "/2/networks", network)
    lab.change("PUT", f"{path}/connect", connection)
    yield FULL_NETWORK
    lab.change("PUT", f"{path}/disconnect", {"group_name": "default"})
    lab.change("DELETE", path)


def test_a_full_network_is_reported_with_the_message_of_ganeti(
    embedded: Site, name: str, full_network: str
) -> None:
    embedded.ask("learn_network", name=full_network)
    pk = embedded.ask("accept", name=name, image="works", nic_network=full_network)

    embedded.ask("build", pk=pk)
    failed = wait_for_status(embedded, pk, "failed")

    assert "Unable to get a free IP" in failed["message"]
    assert name not in embedded.lab.names()


def test_mail_waits_for_its_server_and_the_machine_does_not(
    embedded: Site, name: str
) -> None:
    pk = embedded.ask("accept", name=name, image="works")
    embedded.ask("build", pk=pk)

    application = wait_for_status(embedded, pk, "created")
    assert application["unsent"] == 2

    with MailServer(embedded.mail_port) as server:
        embedded.ask("send_mail_now")
        embedded.product.wait_until(
            lambda: application_of(embedded, pk)["unsent"] == 0,
            within_s(20),
            "the mails are sent",
        )
    mails = [message for message in server.messages if name.encode() in message]
    assert len(mails) == 2
