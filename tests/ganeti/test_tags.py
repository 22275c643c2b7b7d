from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.domain import tags as words
from apps.ganeti.domain.tags import Tags, write

PREFIX = "ganetimgr"
VALUED = (
    *("user", "users", "group", "groups", "org", "application", "service", "vg"),
    "whitelist_ip",
)
FLAGS = ("adminlock", "isolate", "needsreboot")

values = st.text(min_size=1, max_size=20)
protocol_tags = st.one_of(
    st.builds("{}:{}:{}".format, st.just(PREFIX), st.sampled_from(VALUED), values),
    st.builds("{}:{}".format, st.just(PREFIX), st.sampled_from(FLAGS)),
)
any_tags = st.lists(st.one_of(protocol_tags, st.text(max_size=40)), max_size=8)


def written(tags: Tags) -> set[str]:
    """Return all tags that were parsed, written again."""
    lists = {
        words.USER: tags.users,
        words.GROUP: tags.groups,
        words.ORGANIZATION: tags.organizations,
        words.APPLICATION: tags.applications,
        words.SERVICE: tags.services,
        words.VOLUME_GROUP: tags.volume_groups,
    }
    valued = {write(PREFIX, word, v) for word, names in lists.items() for v in names}
    return valued | {write(PREFIX, flag) for flag in tags.flags}


@given(any_tags)
def test_arbitrary_tags_are_read(tags: list[str]) -> None:
    parsed = Tags.parse(tags, PREFIX)

    assert list(parsed) == tags
    assert set(parsed.others) <= set(tags)


@given(any_tags)
def test_reading_again_gives_the_same_tags(tags: list[str]) -> None:
    parsed = Tags.parse(tags, PREFIX)

    assert Tags.parse(parsed.raw, PREFIX) == parsed


@given(any_tags)
def test_written_tags_read_as_the_same(tags: list[str]) -> None:
    parsed = Tags.parse(tags, PREFIX)

    reread = Tags.parse(written(parsed), PREFIX)

    assert set(reread.users) == set(parsed.users)
    assert set(reread.groups) == set(parsed.groups)
    assert set(reread.applications) == set(parsed.applications)
    assert reread.flags == parsed.flags
    assert reread.others == ()


@pytest.mark.parametrize("spelling", ["user", "users"])
def test_a_user_is_read_in_both_spellings(spelling: str) -> None:
    assert Tags.parse([f"ganetimgr:{spelling}:alice"], PREFIX).users == ("alice",)


@pytest.mark.parametrize("spelling", ["group", "groups"])
def test_a_group_is_read_in_both_spellings(spelling: str) -> None:
    assert Tags.parse([f"ganetimgr:{spelling}:staff"], PREFIX).groups == ("staff",)


def test_an_owner_named_in_both_spellings_counts_once() -> None:
    tags = ["ganetimgr:user:alice", "ganetimgr:users:alice"]

    assert Tags.parse(tags, PREFIX).users == ("alice",)


def test_a_name_may_contain_colons() -> None:
    parsed = Tags.parse(["ganetimgr:user:cn=a:b@example.org"], PREFIX)

    assert parsed.users == ("cn=a:b@example.org",)


@pytest.mark.parametrize(
    "tag",
    [
        "ganetimgr",
        "ganetimgr:",
        "ganetimgr:user",
        "ganetimgr:user:",
        "ganetimgr:adminlock:yes",
        "ganetimgr:unknown:word",
        "ganetimgr2:user:alice",
        "GANETIMGR:user:alice",
        "user:alice",
        "",
    ],
)
def test_other_tags_are_left_alone(tag: str) -> None:
    parsed = Tags.parse([tag], PREFIX)

    assert parsed.others == (tag,)
    assert (parsed.users, parsed.flags) == ((), frozenset())


def test_marks_are_read() -> None:
    parsed = Tags.parse(
        ["ganetimgr:adminlock", "ganetimgr:isolate", "ganetimgr:needsreboot"], PREFIX
    )

    assert (parsed.locked, parsed.isolated, parsed.needs_reboot) == (True, True, True)


def test_tags_of_another_prefix_are_left_alone() -> None:
    parsed = Tags.parse(["vps:user:alice", "ganetimgr:user:bob"], "vps")

    assert parsed.users == ("alice",)


def test_a_whitelisted_network_may_be_written_as_a_host_in_it() -> None:
    parsed = Tags.parse(["ganetimgr:whitelist_ip:198.51.100.7/26"], PREFIX)

    assert parsed.whitelist == ip_network("198.51.100.0/26")


def test_a_whitelist_that_is_no_network_is_none() -> None:
    parsed = Tags.parse(["ganetimgr:whitelist_ip:everybody"], PREFIX)

    assert parsed.whitelist is None
