from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser, User

from apps.accounts.person import Person
from apps.ganeti import access
from apps.ganeti.access import Answer, Verdict
from apps.ganeti.domain.instance import Instance
from apps.ganeti.domain.node import NodeGroup
from tests.ganeti.instances import tagged_instance

ALICE = Person("alice")
BOB = Person("bob", groups=frozenset({"staff"}))
CAROL = Person("carol", groups=frozenset({"others"}))
OLGA = Person("olga", permissions=frozenset({"ganeti.view_instances"}))
ROOT = Person("root", superuser=True)
NOBODY = Person("")

OPEN_GROUP = NodeGroup("default", "uuid", "preferred", ())
MAINTAINED_GROUP = NodeGroup("spare", "uuid", "preferred", ("locked",))


INSTANCE = tagged_instance("user:alice", "group:staff")
LOCKED_INSTANCE = tagged_instance("user:alice", "group:staff", "adminlock")


@pytest.mark.parametrize(
    ("person", "answer"),
    [
        (ALICE, Answer.YES),
        (BOB, Answer.YES),
        (CAROL, Answer.INVISIBLE),
        (OLGA, Answer.FORBIDDEN),
        (ROOT, Answer.YES),
        (NOBODY, Answer.INVISIBLE),
    ],
    ids=lambda value: getattr(value, "username", None),
)
def test_owners_and_superusers_may_operate_a_machine(
    person: Person, answer: Answer
) -> None:
    assert access.may_operate(person, INSTANCE, OPEN_GROUP).answer is answer


@pytest.mark.parametrize(
    ("person", "answer"),
    [
        (ALICE, Answer.FORBIDDEN),
        (BOB, Answer.FORBIDDEN),
        (CAROL, Answer.INVISIBLE),
        (OLGA, Answer.FORBIDDEN),
        (ROOT, Answer.YES),
    ],
    ids=lambda value: getattr(value, "username", None),
)
@pytest.mark.parametrize(
    ("instance", "group"),
    [(LOCKED_INSTANCE, OPEN_GROUP), (INSTANCE, MAINTAINED_GROUP)],
    ids=["locked", "maintenance"],
)
def test_lock_and_maintenance_stop_owners_but_not_superusers(
    person: Person, answer: Answer, instance: Instance, group: NodeGroup
) -> None:
    assert access.may_operate(person, instance, group).answer is answer


@pytest.mark.parametrize(
    ("person", "sees"),
    [
        (ALICE, True),
        (BOB, True),
        (CAROL, False),
        (OLGA, True),
        (ROOT, True),
        (NOBODY, False),
    ],
    ids=lambda value: getattr(value, "username", None),
)
@pytest.mark.parametrize(
    "instance", [INSTANCE, LOCKED_INSTANCE], ids=["open", "locked"]
)
def test_owners_and_viewers_see_a_machine_locked_or_not(
    person: Person, sees: bool, instance: Instance
) -> None:
    assert access.may_see(person, instance) is sees


def test_a_viewer_may_not_operate_a_machine() -> None:
    assert access.may_see(OLGA, INSTANCE)
    assert not access.may_operate(OLGA, INSTANCE, OPEN_GROUP).allowed


def test_nobody_owns_a_machine_without_owner_tags() -> None:
    assert not access.owns(NOBODY, tagged_instance().tags)
    assert not access.owns(ALICE, tagged_instance().tags)


def test_users_and_groups_of_the_same_name_are_distinct() -> None:
    assert not access.owns(Person("staff"), INSTANCE.tags)
    assert not access.owns(Person("carol", frozenset({"alice"})), INSTANCE.tags)


def test_owner_names_are_case_sensitive() -> None:
    assert not access.owns(Person("Alice"), INSTANCE.tags)


def test_an_unknown_node_group_does_not_forbid_operating() -> None:
    assert access.may_operate(ALICE, INSTANCE, None).allowed


def test_a_verdict_has_no_truth_value() -> None:
    with pytest.raises(TypeError):
        bool(Verdict(Answer.FORBIDDEN))


def test_a_viewer_who_owns_a_machine_may_operate_it() -> None:
    assert access.may_operate(
        replace(ALICE, permissions=OLGA.permissions), INSTANCE, OPEN_GROUP
    ).allowed


# -- persons of Django users


def test_a_person_has_the_groups_and_rights_of_the_user(bob: User, olga: User) -> None:
    assert Person.of(bob) == BOB
    assert Person.of(olga) == OLGA


def test_a_deactivated_user_has_no_rights(bob: User, root: User) -> None:
    bob.is_active = root.is_active = False

    assert Person.of(bob) == NOBODY
    assert Person.of(root) == NOBODY


def test_an_anonymous_user_has_no_rights() -> None:
    assert Person.of(AnonymousUser()) == NOBODY


def test_a_superuser_has_every_right(root: User) -> None:
    person = Person.of(root)

    assert access.sees_all(person)
    assert access.may_lock(person, INSTANCE, None).allowed
    assert access.may_isolate(person, INSTANCE, None).allowed
    assert person.has("ganeti.view_all_graphs")


def test_is_staff_alone_does_not_show_all_machines(carol: User) -> None:
    carol.is_staff = True

    assert not access.sees_all(Person.of(carol))
