"""The one network that still reaches a machine that is cut off."""

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
def test_a_network_is_written_in_its_plainest_form(
    client: Client, alice: User, published: FakeRapi, typed: str, written: str
) -> None:
    client.force_login(alice)

    whitelist(client, typed)

    assert calls(published) == [("PUT", "tags", [f"ganetimgr:whitelist_ip:{written}"])]
    assert AuditEntry.objects.get().changes == [["Whitelisted network", None, written]]


@pytest.mark.parametrize(
    ("typed", "why"),
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
def test_what_is_no_network_or_too_wide_is_said_and_kept(
    client: Client, alice: User, published: FakeRapi, typed: str, why: str
) -> None:
    client.force_login(alice)

    answer = whitelist(client, typed)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert why in text(markup(answer))
    assert f'value="{typed}"' in markup(answer)
    assert published.jobs == []


def test_how_wide_is_a_setting(
    client: Client, alice: User, published: FakeRapi, settings: Settings
) -> None:
    settings.WHITELIST_IP_MAX_SUBNET_V4 = 8
    client.force_login(alice)

    whitelist(client, "10.0.0.0/8")

    assert len(published.jobs) == 1


def test_a_new_one_comes_before_the_old_one_goes_and_a_move_follows(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    old = "ganetimgr:whitelist_ip:192.0.2.9/26"
    published.change("web1", tags=[ALICE, old, "gnt:other"])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    whitelist(client, "198.51.100.0/26")
    run_to_end(cluster, published)

    new = "ganetimgr:whitelist_ip:198.51.100.0/26"
    assert calls(published) == [
        ("PUT", "tags", [new]),
        ("DELETE", "tags", [old]),
        ("PUT", "migrate", None),
    ]
    assert tags(published) == {ALICE, new, "gnt:other"}


def test_nothing_takes_it_away(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    old = "ganetimgr:whitelist_ip:192.0.2.0/26"
    published.change("web1", tags=[ALICE, old])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    whitelist(client, "")
    run_to_end(cluster, published)

    assert calls(published) == [("DELETE", "tags", [old]), ("PUT", "migrate", None)]
    assert AuditEntry.objects.get().changes == [
        ["Whitelisted network", "192.0.2.0/26", None]
    ]


def test_one_that_nobody_understands_can_be_taken_away(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    published.change("web1", tags=[ALICE, "ganetimgr:whitelist_ip:home"])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    whitelist(client, "")

    assert calls(published) == [("DELETE", "tags", ["ganetimgr:whitelist_ip:home"])]


@pytest.mark.parametrize("typed", ["192.0.2.0/26", "192.0.2.1/26"])
def test_the_same_is_no_change(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster, typed: str
) -> None:
    published.change("web1", tags=[ALICE, "ganetimgr:whitelist_ip:192.0.2.0/26"])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    answer = whitelist(client, typed)

    assert notices(answer) == ["No changes needed."]
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
def test_who_reaches_it_is_for_its_owners_to_say(
    client: Client,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    person: str,
    name: str,
    status: int,
) -> None:
    client.force_login(request.getfixturevalue(person))

    answer = client.post(url("whitelist", name), {"subnet": "192.0.2.0/26"})

    assert answer.status_code == status
    assert published.jobs == []
    assert AuditEntry.objects.get().refused
