"""Somebody guesses passwords from a whole IPv6 network."""

import pytest

from tests.attacks.site import Site

pytestmark = pytest.mark.attack

LOGIN = "/accounts/login/"


def test_addresses_of_one_64_share_a_limit(site: Site) -> None:
    statuses = [
        site.visitor(address=f"2001:db8:12::{number:x}")
        .submit(LOGIN, LOGIN, username="rita", password="wrong")
        .status_code
        for number in range(6)
    ]

    assert statuses == [200] * 5 + [429]
    owner = site.visitor(address="2001:db8:13::1")
    owner.log_in("rita")


def test_no_password_is_hashed_during_the_wait(site: Site) -> None:
    visitor = site.visitor(address="2001:db8:14::1")
    for _ in range(5):
        visitor.submit(LOGIN, LOGIN, username="stefan", password="wrong")

    with site.web_cpu() as seconds:
        answer = visitor.submit(LOGIN, LOGIN, username="stefan", password="stefan")

    assert answer.status_code == 429
    assert seconds[0] < 0.3
