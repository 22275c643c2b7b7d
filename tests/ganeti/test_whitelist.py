"""The whitelisted network of an isolated machine."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from tests.ganeti.chains import run_to_end
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text, url
from tests.ganeti.restrictions import ALICE, calls, tags


def whitelist(client: Client, subnet: str, name: str = "web1") -> Any:
    return client.post(url("whitelist", name), {"subnet": subnet}, follow=True)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("192.0.2.0/26", "192.0.2.0/26"),
        ("192.0.2.77/26", "192.0.2.64/26"),
        ("192.0.2.77", "192.0.2.77/32"),
        (" 192.0.2.77 ", "192.0.2.77/32"),
        ("192.0.2.0/255.255.255.192", "192.0.2.0/26"),
        ("2001:db8::/64", "2001:db8::/64"),
        ("2001:DB8::1/64", "2001:db8::/64"),
        ("2001:db8::1", "2001:db8::1/128"),
    ],
)
def test_a_network_is_saved_in_canonical_form(
    client: Client, alice: User, published: FakeRapi, typed: str, written: str
) -> None:
    client.force_login(alice)

    whitelist(client, typed)

    assert calls(published) == [("PUT", "tags", [f"ganetimgr:whitelist_ip:{written}"])]
    assert AuditEntry.objects.get().changes == [["Whitelisted network", None, written]]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("192.0.2.0/25", "too large: /25. The largest allowed is /26"),
        ("10.0.0.0/8", "too large"),
        ("2001:db8::/63", "too large: /63. The largest allowed is /64"),
        ("0.0.0.0", "all addresses"),  # noqa: S104 - refused
        ("0.0.0.0/0", "all addresses"),
        ("::", "all addresses"),
        ("::/0", "all addresses"),
        ("::ffff:192.0.2.0/122", "IPv4"),
        ("fe80::1%eth0", "Enter an address"),
        ("example.org", "Enter an address"),
        ("192.0.2.0/33", "Enter an address"),
        ("192.0.2.0/-1", "Enter an address"),
        ("192.0.2.1-192.0.2.9", "Enter an address"),
    ],
)
def test_an_invalid_or_too_large_network_is_refused(
    client: Client, alice: User, published: FakeRapi, typed: str, reason: str
) -> None:
    client.force_login(alice)

    response = whitelist(client, typed)

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert reason in text(markup(response))
    assert f'value="{typed}"' in markup(response)
    assert published.jobs == []


def test_a_setting_limits_the_size_of_the_network(
    client: Client, alice: User, published: FakeRapi, settings: Settings
) -> None:
    settings.WHITELIST_IP_MAX_SUBNET_V4 = 8
    client.force_login(alice)

    whitelist(client, "10.0.0.0/8")

    assert len(published.jobs) == 1


def test_a_new_network_is_added_before_the_old_one_is_deleted(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    old_tag = "ganetimgr:whitelist_ip:192.0.2.9/26"
    published.change("web1", tags=[ALICE, old_tag, "gnt:other"])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    whitelist(client, "198.51.100.0/26")
    run_to_end(cluster, published)

    new_tag = "ganetimgr:whitelist_ip:198.51.100.0/26"
    assert calls(published) == [
        ("PUT", "tags", [new_tag]),
        ("DELETE", "tags", [old_tag]),
        ("PUT", "migrate", None),
    ]
    assert tags(published) == {ALICE, new_tag, "gnt:other"}


def test_an_empty_field_deletes_the_network(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    old_tag = "ganetimgr:whitelist_ip:192.0.2.0/26"
    published.change("web1", tags=[ALICE, old_tag])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    whitelist(client, "")
    run_to_end(cluster, published)

    assert calls(published) == [("DELETE", "tags", [old_tag]), ("PUT", "migrate", None)]
    assert AuditEntry.objects.get().changes == [
        ["Whitelisted network", "192.0.2.0/26", None]
    ]


def test_an_unreadable_network_can_be_deleted(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    published.change("web1", tags=[ALICE, "ganetimgr:whitelist_ip:home"])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    whitelist(client, "")

    assert calls(published) == [("DELETE", "tags", ["ganetimgr:whitelist_ip:home"])]


@pytest.mark.parametrize("typed", ["192.0.2.0/26", "192.0.2.1/26"])
def test_the_same_network_is_no_change(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster, typed: str
) -> None:
    published.change("web1", tags=[ALICE, "ganetimgr:whitelist_ip:192.0.2.0/26"])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    response = whitelist(client, typed)

    assert notices(response) == ["No changes needed."]
    assert published.jobs == []


@pytest.mark.parametrize(
    ("person", "name", "status"),
    [
        ("carol", "web1", 404),
        ("guard", "web1", 403),
        ("alice", "mail1", 403),
        ("alice", "old1", 403),
    ],
)
def test_only_owners_may_change_the_whitelist(
    client: Client,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    person: str,
    name: str,
    status: int,
) -> None:
    client.force_login(request.getfixturevalue(person))

    response = client.post(url("whitelist", name), {"subnet": "192.0.2.0/26"})

    assert response.status_code == status
    assert published.jobs == []
    assert AuditEntry.objects.get().refused
