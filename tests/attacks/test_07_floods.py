"""Strangers and users ask for mails and host names without end."""

import itertools
from collections.abc import Iterator

import pytest

from tests.attacks.site import Site
from tests.system.visitor import Visitor

pytestmark = pytest.mark.attack

RESET, REGISTER = "/accounts/password/reset/", "/accounts/register/"
APPLY = "/application/apply"
APPLICATION = {
    "memory_mib": "512",
    "vcpus": "1",
    "disk_gib": "5",
    "operating_system": "debian",
    "contact_name": "Olga",
    "contact_email": "olga@example.org",
    "terms": "on",
}


def mails_to(site: Site, address: str) -> int:
    header = f"To: {address}".encode()
    return sum(header in message for message in site.mail_server.messages)


@pytest.fixture
def strangers(site: Site) -> Iterator[Visitor]:
    """Yield browsers, each with another address of one /64."""
    numbers = itertools.count(1)
    return (site.visitor(address=f"2001:db8:7::{number:x}") for number in numbers)


def test_resets_are_limited_and_get_the_same_answer(
    site: Site, strangers: Iterator[Visitor]
) -> None:
    answers = {
        (answer.status_code, answer.url)
        for stranger in itertools.islice(strangers, 12)
        for answer in [stranger.submit(RESET, RESET, email="dave@example.org")]
    }
    site.visitor().submit(RESET, RESET, email="rita@example.org")

    assert answers == {(200, f"{site.url}/accounts/password/reset/sent/")}
    site.product.wait_until(
        lambda: mails_to(site, "rita@example.org") > 0, 90, "the last mail"
    )
    assert mails_to(site, "dave@example.org") == 3


def test_registrations_of_a_mailbox_are_limited_and_carry_no_foreign_text(
    site: Site, strangers: Iterator[Visitor]
) -> None:
    fields = {
        "first_name": "Visit evil.example",
        "last_name": "now",
        "phone": "1",
        "terms": "on",
    }
    statuses = [
        stranger.submit(
            REGISTER,
            REGISTER,
            username=f"flood{number}",
            email="victim@example.org",
            **fields,
        ).status_code
        for number, stranger in zip(range(5), strangers, strict=False)
    ]

    # Nothing tells a stranger that the mailbox is spared, nor locks its owner out.
    assert statuses == [200] * 5
    site.product.wait_until(
        lambda: mails_to(site, "victim@example.org") > 0, 90, "the mail"
    )
    mails = [m for m in site.mail_server.messages if b"victim@example.org" in m]
    assert not any(b"evil.example" in mail for mail in mails)


def test_applications_are_limited(site: Site) -> None:
    olga = site.visitor("olga")
    answers = [
        olga.submit(APPLY, APPLY, hostname=f"flood{number}.example.org", **APPLICATION)
        for number in range(11)
    ]

    assert all("was submitted" in answer.text for answer in answers[:10])
    assert "10 open applications" in answers[10].text
    site.shell(
        "from apps.applications.models import InstanceApplication;"
        "InstanceApplication.objects.filter(hostname__startswith='flood').delete()"
    )
