import pytest

from apps.ganeti.domain.cluster import ClusterInfo
from apps.ganeti.domain.policy import Policy

SMALL = {"memory-size": 4, "disk-size": 0, "cpu-count": 1}
LARGE = {"memory-size": 1024, "disk-size": 4096, "cpu-count": 8}
HUGE = {"memory-size": 65536, "disk-size": 4096, "cpu-count": 8}


def sizes(memory: int = 512, disk: int = 2048, cpus: int = 2) -> dict[str, int]:
    return {"memory-size": memory, "disk-size": disk, "cpu-count": cpus}


def test_what_is_within_the_bounds_breaks_nothing() -> None:
    policy = Policy.from_rapi({"minmax": [{"min": SMALL, "max": LARGE}]})

    assert policy.violations(sizes()) == ()
    assert policy.violations(sizes(memory=1024, disk=0, cpus=1)) == ()


@pytest.mark.parametrize("memory", [3, 1025])
def test_what_is_outside_says_what_is_allowed(memory: int) -> None:
    policy = Policy.from_rapi({"minmax": [{"min": SMALL, "max": LARGE}]})

    (span,) = policy.violations(sizes(memory=memory))

    assert (span.size, span.smallest, span.largest) == ("memory-size", 4, 1024)
    assert span.requested == memory


def test_it_is_enough_to_be_within_one_of_several_bounds() -> None:
    both = [{"min": SMALL, "max": LARGE}, {"min": LARGE, "max": HUGE}]
    policy = Policy.from_rapi({"minmax": both})

    assert policy.violations(sizes(memory=2048, disk=4096, cpus=8)) == ()
    # Neither holds it; the one that comes nearest is named.
    assert [span.size for span in policy.violations(sizes(memory=2048))] == [
        "memory-size"
    ]


def test_older_versions_have_one_pair_of_bounds() -> None:
    policy = Policy.from_rapi({"min": SMALL, "max": LARGE, "std": SMALL})

    assert policy.violations(sizes(cpus=9))[0].largest == 8


@pytest.mark.parametrize("nothing", [None, {}])
def test_without_a_policy_everything_fits(nothing: dict[str, int] | None) -> None:
    policy = Policy.from_rapi(nothing)

    assert policy.violations(sizes(memory=10**9)) == ()
    assert policy.disk_templates == ()


def test_a_cluster_says_its_policy() -> None:
    info = ClusterInfo.from_rapi({"ipolicy": {"disk-templates": ["plain", "drbd"]}})

    assert info.policy.disk_templates == ("plain", "drbd")
