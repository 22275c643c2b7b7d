"""The client address of a request."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from apps.web.requests import client_ip


@pytest.mark.parametrize(
    ("direct", "forwarded", "address"),
    [
        ("198.51.100.1", "192.0.2.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.9, 192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "192.0.2.9, 192.0.2.1, 10.1.2.3", "192.0.2.1"),
        ("10.1.2.3", "192.0.2.9, 192.0.2.1", "192.0.2.1"),
        ("10.1.2.3", "10.1.2.4", "10.1.2.4"),
        ("10.1.2.3", "192.0.2.1, nobody", "10.1.2.3"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.9.2.3", "192.0.2.1", "10.9.2.3"),
        ("::ffff:10.1.2.3", "192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", ",".join(["192.0.2.1", *["127.0.0.1"] * 9]), "192.0.2.1"),
        ("127.0.0.1", ",".join(["192.0.2.1", *["127.0.0.1"] * 10]), "127.0.0.1"),
        ("::ffff:127.0.0.1", "::ffff:192.0.2.1", "192.0.2.1"),
        ("", "2001:DB8::1", "2001:db8::1"),
        ("127.0.0.1", "fe80::1%" + "x" * 4000, "fe80::1"),
        ("127.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("fe80::1%eth0", "", "fe80::1"),
        ("127.0.0.1", "x" * 8000, "127.0.0.1"),
        ("", "unknown", None),
    ],
    ids=range(18),
)
def test_the_client_address_comes_from_trusted_proxies_without_a_zone(
    rf: RequestFactory,
    settings: Settings,
    direct: str,
    forwarded: str,
    address: str | None,
) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.0/8", "::1/128", "10.1.0.0/16"]
    request = rf.get("/", REMOTE_ADDR=direct, headers={"x-forwarded-for": forwarded})

    assert client_ip(request) == address
