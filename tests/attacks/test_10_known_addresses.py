"""A stranger finds out by registering whether a mail address has an account."""

import pytest

from tests.attacks.site import PERSON, REGISTER, TAKEN, Site

pytestmark = pytest.mark.attack


def register(site: Site, username: str, email: str) -> tuple[str, bool]:
    answer = site.visitor().submit(
        REGISTER, REGISTER, username=username, email=email, **PERSON
    )
    return answer.url, TAKEN in answer.text


def test_registering_does_not_reveal_known_addresses(site: Site) -> None:
    for username, email in (
        ("probe10a", "Alice@EXAMPLE.org"),
        ("probe10b", "nobody10@example.org"),
    ):
        first = register(site, username, email)
        second = register(site, username, f"{username}@evil.example")

        assert first == (f"{site.url}/accounts/register/done/", False)
        assert second == (f"{site.url}{REGISTER}", True)
