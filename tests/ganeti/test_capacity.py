"""The largest instance that fits."""

from typing import Any

import pytest

from apps.ganeti.domain.capacity import (
    Amount,
    LargestInstance,
    largest_instance,
    largest_mirrored,
)
from apps.ganeti.domain.cluster import ClusterInfo
from apps.ganeti.domain.node import Node
from apps.ganeti.domain.policy import UNRESTRICTED, Policy
from tests.ganeti.placement import ipolicy
from tests.ganeti.query_fields import node_fields


def nodes(*free: tuple[int | None, int | None]) -> list[Node]:
    """Return nodes with this free memory and disk."""
    rows: list[dict[str, Any]] = [
        node_fields(f"node{number}", mfree=memory, dfree=disk)
        for number, (memory, disk) in enumerate(free)
    ]
    return [Node.from_rapi(row, row) for row in rows]


def test_the_node_with_the_most_free_memory_decides() -> None:
    largest = largest_instance(nodes((100, 9000), (300, 4000)), UNRESTRICTED, ["plain"])

    assert largest == LargestInstance(300, 4000, None)


def test_a_mirrored_instance_needs_its_memory_on_two_nodes() -> None:
    free = nodes((100, 9000), (300, 4000), (200, 5000))

    assert largest_mirrored(free, UNRESTRICTED, ["drbd"]) == LargestInstance(
        200, 4000, None
    )
    assert largest_mirrored(free[:1], UNRESTRICTED, ["drbd"]) is None
    assert largest_mirrored(free, UNRESTRICTED, ["plain"]) is None


def test_the_policy_of_the_group_limits_it() -> None:
    policy = Policy.from_rapi(ipolicy(memory=256))

    assert largest_instance(nodes((300, 4000)), policy, ["plain"]) == LargestInstance(
        256, 4000, 16
    )
    assert largest_instance(nodes((100, 4000)), policy, ["plain"]) is None


def test_shared_storage_is_not_limited_by_the_disks_of_nodes() -> None:
    largest = largest_instance(nodes((300, 4000)), UNRESTRICTED, ["ext", "plain"])

    assert largest == LargestInstance(300, None, None)


@pytest.mark.parametrize("templates", [[], ["drbd"]])
def test_without_a_template_for_one_node_nothing_fits_on_one(
    templates: list[str],
) -> None:
    assert largest_instance(nodes((300, 4000)), UNRESTRICTED, templates) is None


def test_nodes_that_do_not_report_count_for_nothing() -> None:
    assert largest_instance(nodes((None, None)), UNRESTRICTED, ["plain"]) is None
    assert Amount.sum([(None, None), (100, 40)]) == Amount(100, 40)
    assert (Amount().percent, Amount(100, 40).percent) == (0, 60)


def test_a_cluster_has_default_parameters_of_instances() -> None:
    info = ClusterInfo.from_rapi(
        {
            "default_iallocator": "hail",
            "candidate_pool_size": 10,
            "beparams": {"default": {"maxmem": 128, "vcpus": 1, "auto_balance": True}},
        }
    )

    assert (info.allocator, info.candidate_pool_size) == ("hail", 10)
    assert dict(info.beparams) == {"maxmem": 128, "vcpus": 1, "auto_balance": True}
