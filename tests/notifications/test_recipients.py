"""Each person once, with all reasons and machines; the others are named."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Organization
from apps.ganeti.domain.instance import Instance
from apps.ganeti.domain.tags import Tags
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing, snapshots
from apps.ganeti.state.snapshots import Contents
from apps.notifications import directory, recipients
from apps.notifications.directory import Account, Directory
from apps.notifications.recipients import Cause, Resolved
from apps.notifications.targets import Target, TargetKind
from tests.ganeti.fakes import FakeRapi

NODE1 = Target(TargetKind.NODE, "node1", "athens")
EVERYBODY = Target(TargetKind.EVERYBODY)


def user(name: str) -> Target:
    return Target(TargetKind.USER, name)


def machine(name: str) -> Target:
    return Target(TargetKind.INSTANCE, name, "athens")


def contents_of(cluster: Cluster) -> Contents:
    [snapshot] = snapshots.current([cluster])
    assert snapshot.contents is not None
    return snapshot.contents


@pytest.fixture
def contents(cluster: Cluster, published: FakeRapi) -> Mapping[str, Contents]:
    return {"athens": contents_of(cluster)}


def resolve(
    contents: Mapping[str, Contents], *targets: Target, **options: Any
) -> Resolved:
    return recipients.resolve(targets, contents, directory.read(), **options)


def machines_by_name(resolved: Resolved) -> dict[str, list[str]]:
    return {
        recipient.account.username: [name for _cluster, name in recipient.machines]
        for recipient in resolved.recipients
    }


def excluded_by_name(resolved: Resolved) -> dict[str, Cause]:
    return {excluded.name: excluded.cause for excluded in resolved.excluded}


@pytest.mark.usefixtures("bob")
def test_owners_of_a_nodes_machines_get_it_once_with_their_machines(
    contents: Mapping[str, Contents], alice: User
) -> None:
    resolved = resolve(contents, NODE1)

    assert machines_by_name(resolved) == {"alice": ["mail1", "web1", "web2"]}
    assert [reason.target for reason in resolved.recipients[0].reasons] == [NODE1]
    assert excluded_by_name(resolved) == {"dave": Cause.UNKNOWN_USER}
    assert resolved.excluded[0].machines == (("athens", "db1"),)


@pytest.mark.usefixtures("alice")
def test_secondary_machines_of_a_node_are_a_choice(
    contents: Mapping[str, Contents], bob: User
) -> None:
    resolved = resolve(contents, NODE1, with_secondaries=True)

    assert machines_by_name(resolved)["bob"] == ["web10"]
    [bobs] = [each for each in resolved.recipients if each.account.username == "bob"]
    assert [reason.group for reason in bobs.reasons] == ["staff"]


@pytest.mark.usefixtures("bob", "carol", "alice")
def test_every_kind_of_target_leads_to_owners(
    contents: Mapping[str, Contents],
) -> None:
    alices = ["mail1", "old1", "web1", "web2"]
    expected: dict[Target, dict[str, list[str]]] = {
        user("alice"): {"alice": alices},
        user("carol"): {"carol": []},
        Target(TargetKind.GROUP, "staff"): {"bob": ["web10"]},
        machine("web10"): {"bob": ["web10"]},
        Target(TargetKind.NODE, "node3", "athens"): {"alice": ["old1"]},
        Target(TargetKind.CLUSTER, "athens"): {"alice": alices, "bob": ["web10"]},
        Target(TargetKind.NODE_GROUP, "default", "athens"): {
            "alice": ["mail1", "web1", "web2"],
            "bob": ["web10"],
        },
        EVERYBODY: {"alice": alices, "bob": ["web10"], "carol": []},
    }

    assert {
        target: machines_by_name(resolve(contents, target)) for target in expected
    } == expected


def test_machines_that_targets_name_are_meant_rather_than_all_of_a_user(
    contents: Mapping[str, Contents], alice: User
) -> None:
    resolved = resolve(contents, user("alice"), machine("web2"), EVERYBODY)

    assert machines_by_name(resolved) == {"alice": ["web2"]}
    assert len(resolved.recipients[0].reasons) == 3


def test_an_organization_means_its_machines_and_its_representatives(
    published: FakeRapi, cluster: Cluster, alice: User, carol: User
) -> None:
    organization = Organization.objects.create(title="Library", tag="library")
    organization.users.add(carol)
    published.change("web1", tags=["ganetimgr:user:alice", "ganetimgr:org:library"])
    assert refreshing.refresh(cluster, force=True)
    contents = {"athens": contents_of(cluster)}

    resolved = resolve(contents, Target(TargetKind.ORGANIZATION, "library"))

    assert machines_by_name(resolved) == {"alice": ["web1"], "carol": []}


def test_who_gets_nothing_is_named_with_the_cause(
    contents: Mapping[str, Contents], alice: User, bob: User, carol: User
) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    carol.email = ""
    carol.save()
    Group.objects.create(name="empty")

    resolved = resolve(
        contents,
        NODE1,
        user("carol"),
        user("nobody"),
        Target(TargetKind.GROUP, "empty"),
        Target(TargetKind.GROUP, "none"),
        machine("gone"),
        Target(TargetKind.CLUSTER, "atlantis"),
    )

    assert not resolved.recipients
    assert excluded_by_name(resolved) == {
        "alice": Cause.INACTIVE,
        "carol": Cause.NO_ADDRESS,
        "dave": Cause.UNKNOWN_USER,
        "nobody": Cause.UNKNOWN_USER,
        "none": Cause.UNKNOWN_GROUP,
        "empty": Cause.NO_MEMBERS,
        "gone": Cause.NOT_FOUND,
        "atlantis": Cause.NOT_FOUND,
    }


def test_a_machine_without_owners_is_named(
    published: FakeRapi, cluster: Cluster
) -> None:
    published.change("web1", tags=[])
    assert refreshing.refresh(cluster, force=True)

    resolved = resolve({"athens": contents_of(cluster)}, machine("web1"))

    assert excluded_by_name(resolved) == {"web1": Cause.NO_OWNER}


# -- properties

NAMES = [f"user{number}" for number in range(6)]
GROUPS = ["g1", "g2", "g3"]
ACCOUNTS = st.lists(
    st.builds(
        Account,
        pk=st.integers(1, 10**6),
        username=st.sampled_from(NAMES),
        name=st.just("Somebody"),
        address=st.just("a@example.org"),
        mailbox=st.sampled_from(["", "a@x.org", "b@x.org", "c@x.org", "d@x.org"]),
        active=st.booleans(),
        language=st.sampled_from(["en", "el"]),
        groups=st.lists(st.sampled_from(GROUPS), unique=True).map(tuple),
    ),
    unique_by=(lambda account: account.username, lambda account: account.pk),
)
OWNERS = st.lists(
    st.one_of(
        st.sampled_from(NAMES).map("ganetimgr:user:{}".format),
        st.sampled_from(GROUPS).map("ganetimgr:group:{}".format),
    ),
    unique=True,
)
TARGETS = st.lists(
    st.one_of(
        st.sampled_from(NAMES).map(user),
        st.sampled_from(GROUPS).map(lambda name: Target(TargetKind.GROUP, name)),
        st.sampled_from(["web1", "web2", "web10"]).map(machine),
        st.just(NODE1),
        st.just(Target(TargetKind.CLUSTER, "athens")),
        st.just(EVERYBODY),
    ),
    min_size=1,
    unique=True,
)


def directory_of(accounts: Iterable[Account]) -> Directory:
    accounts = list(accounts)
    return Directory(
        users={account.username: account for account in accounts},
        members={
            group: [account for account in accounts if group in account.groups]
            for group in GROUPS
        },
        representatives={},
    )


@given(accounts=ACCOUNTS, tags=st.lists(OWNERS, min_size=6, max_size=6), chosen=TARGETS)
def test_nobody_gets_it_twice_and_everybody_meant_is_named(
    contents: Mapping[str, Contents],
    accounts: list[Account],
    tags: list[list[str]],
    chosen: list[Target],
) -> None:
    original = contents["athens"]
    instances = {
        name: replace(instance, tags=Tags.parse(own_tags, "ganetimgr"))
        for (name, instance), own_tags in zip(
            original.instances.items(), tags, strict=True
        )
    }
    athens = replace(original, instances=instances)

    resolved = recipients.resolve(chosen, {"athens": athens}, directory_of(accounts))

    mailboxes = [each.account.mailbox for each in resolved.recipients]
    assert len(set(mailboxes)) == len(mailboxes)
    assert all(
        each.account.active and each.account.mailbox for each in resolved.recipients
    )
    assert all(each.reasons for each in resolved.recipients)
    assert _meant_by_name(chosen, accounts, instances) <= {
        *(each.account.username for each in resolved.recipients),
        *excluded_by_name(resolved),
    }
    for each in resolved.recipients:
        own = [other for other in accounts if other.mailbox == each.account.mailbox]
        for _cluster, name in each.machines:
            assert any(_owns(account, instances[name]) for account in own), name


def _meant_by_name(
    chosen: list[Target], accounts: list[Account], instances: Mapping[str, Instance]
) -> set[str]:
    """Return the users whom targets name, and those whom their machines name."""
    meant = {account.username for account in accounts if EVERYBODY in chosen}
    for target in chosen:
        if target.kind is TargetKind.USER:
            meant.add(target.name)
        if target.kind is TargetKind.INSTANCE:
            meant |= set(instances[target.name].tags.users)
    return meant


def _owns(account: Account, instance: Instance) -> bool:
    tags = instance.tags
    return account.username in tags.users or not {*account.groups}.isdisjoint(
        tags.groups
    )


def test_five_thousand_users_take_few_statements(
    contents: Mapping[str, Contents], django_assert_num_queries: Any
) -> None:
    User.objects.bulk_create(
        User(username=f"user{number}", email=f"user{number}@example.org")
        for number in range(5000)
    )

    with django_assert_num_queries(7):
        started = time.process_time()
        resolved = resolve(contents, EVERYBODY)

    assert len(resolved.recipients) == 5000
    assert time.process_time() - started < 3, "well under a second on an idle machine"
