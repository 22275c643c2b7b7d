"""Addresses of mailboxes and clients are longer than their columns."""

import pytest

from tests.attacks.site import AttackedSite

pytestmark = pytest.mark.attack


def test_a_zone_of_any_length_is_dropped(site: AttackedSite) -> None:
    alice = site.visitor("alice", address="fe80::24%" + "z" * 300)

    page = alice.get("/user/sessions/")

    assert page.status_code == 200
    assert "fe80::24" in page.text
    assert "zzz" not in page.text


def test_a_mail_address_longer_than_its_column_is_refused(site: AttackedSite) -> None:
    domain = ".".join(["d" * 60] * 4)
    alice = site.visitor("alice")

    answer = alice.submit(
        "/user/profile/",
        "/user/profile/mail/",
        address=f"{'a' * 64}@{domain}.example",
        password="alice",
    )

    assert answer.status_code == 400
    assert "at most 254 characters" in answer.text
