"""Transitions of an application's status, and the claim of its name."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.applications.models import InstanceApplication
from apps.applications.states import FINAL, FOLLOWS, OPEN, Status, TooLate
from tests.applications.conftest import Make

manager = InstanceApplication.objects


def stored(application: InstanceApplication) -> InstanceApplication:
    return manager.get(pk=application.pk)


@given(st.lists(st.sampled_from(Status), max_size=12))
def test_only_defined_transitions_are_possible(
    make_application: Make, transitions: list[Status]
) -> None:
    application = make_application()
    for status in transitions:
        previous = Status(stored(application).status)
        if status in FOLLOWS[previous]:
            manager.advance(application, status)
            assert stored(application).status == status
        else:
            with pytest.raises(TooLate):
                manager.advance(application, status)
            assert stored(application).status == previous


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(Status)), max_size=12),
)
def test_transitions_of_outdated_copies_are_refused(
    make_application: Make, transitions: list[tuple[int, Status]]
) -> None:
    application = make_application()
    copies = [stored(application) for _ in range(3)]
    for index, status in transitions:
        previous, copied_status = (
            Status(stored(application).status),
            Status(copies[index].status),
        )
        try:
            manager.advance(copies[index], status)
        except TooLate:
            assert stored(application).status == previous
            assert copied_status != previous or status not in FOLLOWS[previous]
        else:
            assert copied_status == previous
            assert status in FOLLOWS[previous]


def test_the_second_of_two_reviewers_is_refused(
    application: InstanceApplication,
) -> None:
    second = stored(application)
    manager.advance(application, Status.APPROVED)

    with pytest.raises(TooLate):
        manager.advance(second, Status.REFUSED)

    assert stored(application).status == Status.APPROVED


def test_a_finished_application_builds_no_second_machine(
    make_application: Make,
) -> None:
    for final in FINAL:
        assert FOLLOWS[final] == frozenset()
        with pytest.raises(TooLate):
            manager.advance(make_application(status=final), Status.APPROVED)


@pytest.mark.parametrize("status", sorted(OPEN))
def test_two_open_applications_cannot_ask_for_one_name(
    make_application: Make, status: Status
) -> None:
    make_application(hostname="new1.example.org", status=status)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_application(hostname="new1.example.org")


@pytest.mark.parametrize("final", sorted(FINAL))
def test_a_final_status_frees_the_name(make_application: Make, final: Status) -> None:
    previous = next(
        status for status, following in FOLLOWS.items() if final in following
    )
    first = make_application(hostname="new1.example.org", status=previous)
    assert stored(first).name_claim == "new1.example.org"

    manager.advance(first, final)

    assert stored(first).name_claim is None
    make_application(hostname="new1.example.org")


def test_changing_the_name_claims_the_new_one(make_application: Make) -> None:
    first, other = make_application(), make_application()

    manager.advance(first, Status.APPROVED, hostname="new9.example.org")

    assert stored(first).name_claim == "new9.example.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        manager.advance(other, Status.APPROVED, hostname="new9.example.org")
    assert stored(other).status == Status.PENDING


def test_saving_updates_the_claim(
    application: InstanceApplication,
) -> None:
    application.hostname = "new9.example.org"
    application.save(update_fields=["hostname"])
    assert stored(application).name_claim == "new9.example.org"

    stale = stored(application)
    manager.advance(application, Status.WITHDRAWN)
    stale.admin_comments = "Nothing."
    stale.save(update_fields=["admin_comments"])

    assert stored(application).name_claim is None
