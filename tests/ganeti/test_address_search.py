"""Search of the list for addresses in any notation."""

from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User

from apps.ganeti.domain import addresses
from apps.ganeti.models import Cluster, Network
from apps.ganeti.reads import inventory
from apps.ganeti.reads.inventory import Criteria
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import inventory_of, names

# Addresses of web1 in the prefix of its link, and of its network.
DERIVED = "2001:db8:1::a800:ff:fe00:1"
IN_NETWORK = "2001:db8:2::a800:ff:fe00:1"


@pytest.fixture
def rapi_with_ipv6(cluster: Cluster, rapi: FakeRapi) -> FakeRapi:
    """Return the RAPI with web1 at a link and in a network that have IPv6."""
    rapi.instances.clear()
    with_ipv6 = {"nic_links": ["br6"], "nic_networks_names": ["six"]}
    rapi.add("web1", nic_macs=["aa:00:00:00:00:01"], **with_ipv6)
    rapi.add("web2", nic_macs=["aa:00:00:00:00:02"], **with_ipv6)
    rapi.add("web3", nic_ips=["2001:0DB8:3::0007"], nic_macs=["aa:00:00:00:00:03"])
    rapi.networks = [{"name": "six", "network6": "2001:db8:2::/64"}]
    Network.objects.create(
        cluster=cluster, link="br6", mode="bridged", ipv6_prefix="2001:db8:1::/64"
    )
    assert refreshing.refresh(cluster, force=True)
    return rapi


@pytest.mark.usefixtures("rapi_with_ipv6")
@pytest.mark.parametrize(
    ("search", "listed"),
    [
        (DERIVED, ["web1"]),
        (DERIVED.upper(), ["web1"]),
        ("2001:0db8:0001:0000:a800:00ff:fe00:0001", ["web1"]),
        (f"{DERIVED}/64", ["web1"]),
        (f"[{DERIVED}]", ["web1"]),
        (IN_NETWORK, ["web1"]),
        ("2001:db8:1:0:a800:ff", ["web1", "web2"]),
        ("2001:db8:1::a800:ff:fe00", []),
        ("2001:db8:1::/64", ["web1", "web2"]),
        ("2001:db8:3::7", ["web3"]),
        ("2001:db8:3:0:0:0:0:7", ["web3"]),
        ("2001:db8:9::1", []),
        ("aa:00:00:00:00:02", ["web2"]),
        ("AA-00-00-00-00-02", ["web2"]),
        ("aa00.0000.0002", ["web2"]),
        ("AA0000000002", ["web2"]),
        ("::ffff:192.0.2.10", []),
        (":::::", []),
    ],
)
def test_an_address_is_found_in_any_spelling(
    olga: User, search: str, listed: list[str]
) -> None:
    assert names(inventory_of(olga), Criteria(search=search)) == listed


@pytest.mark.usefixtures("rapi_with_ipv6")
def test_addresses_are_derived_once_per_distinct_prefix(
    olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    derive = Mock(side_effect=addresses.ipv6_addresses)
    monkeypatch.setattr(inventory, "ipv6_addresses", derive)
    prefixes = " ".join(f"::/{bits}" for bits in range(3))

    assert names(
        inventory_of(olga), Criteria(search=f"{prefixes} {prefixes} {DERIVED}")
    ) == ["web1"]
    assert derive.call_count == 3


@pytest.mark.usefixtures("rapi_with_ipv6")
def test_a_search_without_ipv6_prefixes_runs_no_queries(
    olga: User, django_assert_num_queries: Any
) -> None:
    visible = inventory_of(olga)

    with django_assert_num_queries(0):
        names(visible, Criteria(search="web1 192.0.2.10 aa:00:00:00:00:01"))
