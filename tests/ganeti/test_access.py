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

OPEN = NodeGroup("default", "uuid", "preferred", ())
MAINTAINED = NodeGroup("spare", "uuid", "preferred", ("locked",))


HERS = tagged_instance("user:alice", "group:staff")
LOCKED = tagged_instance("user:alice", "group:staff", "adminlock")


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
def test_owners_and_superusers_may_run_a_machine(
    person: Person, answer: Answer
) -> None:
    assert access.may_operate(person, HERS, OPEN).answer is answer


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
    [(LOCKED, OPEN), (HERS, MAINTAINED)],
    ids=["locked", "maintenance"],
)
def test_a_lock_of_the_machine_or_its_hosts_stops_owners_alone(
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
@pytest.mark.parametrize("instance", [HERS, LOCKED], ids=["open", "locked"])
def test_owners_and_viewers_see_a_machine_locked_or_not(
    person: Person, sees: bool, instance: Instance
) -> None:
    assert access.may_see(person, instance) is sees


def test_a_yes_to_looking_is_no_yes_to_running() -> None:
    assert access.may_see(OLGA, HERS)
    assert not access.may_operate(OLGA, HERS, OPEN).allowed


def test_a_machine_without_owners_is_nobodys() -> None:
    assert not access.owns(NOBODY, tagged_instance().tags)
    assert not access.owns(ALICE, tagged_instance().tags)


def test_a_user_is_no_group_of_the_same_name() -> None:
    assert not access.owns(Person("staff"), HERS.tags)
    assert not access.owns(Person("carol", frozenset({"alice"})), HERS.tags)


def test_owners_names_are_compared_letter_for_letter() -> None:
    assert not access.owns(Person("Alice"), HERS.tags)


def test_an_unknown_node_group_stops_nobody() -> None:
    assert access.may_operate(ALICE, HERS, None).allowed


def test_a_verdict_is_never_taken_for_a_yes_by_accident() -> None:
    with pytest.raises(TypeError):
        bool(Verdict(Answer.FORBIDDEN))


def test_a_viewer_who_owns_a_machine_may_run_it() -> None:
    assert access.may_operate(
        replace(ALICE, permissions=OLGA.permissions), HERS, OPEN
    ).allowed


# -- people as Django knows them


def test_a_person_has_the_groups_and_rights_of_the_user(bob: User, olga: User) -> None:
    assert Person.of(bob) == BOB
    assert Person.of(olga) == OLGA


def test_a_deactivated_user_has_no_rights_left(bob: User, root: User) -> None:
    bob.is_active = root.is_active = False

    assert Person.of(bob) == NOBODY
    assert Person.of(root) == NOBODY


def test_somebody_anonymous_has_no_rights() -> None:
    assert Person.of(AnonymousUser()) == NOBODY


def test_a_superuser_has_every_right(root: User) -> None:
    person = Person.of(root)

    assert access.sees_all(person)
    assert access.may_lock(person, HERS, None).allowed
    assert access.may_isolate(person, HERS, None).allowed
    assert person.has("ganeti.view_all_graphs")


def test_staff_without_the_right_sees_nothing_more(carol: User) -> None:
    carol.is_staff = True

    assert not access.sees_all(Person.of(carol))
