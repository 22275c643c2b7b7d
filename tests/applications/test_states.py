"""The life of an application: no change but those that may follow."""

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
def test_an_application_goes_no_way_but_those_that_are_drawn(
    make_application: Make, wanted: list[Status]
) -> None:
    application = make_application()
    for to in wanted:
        before = Status(stored(application).status)
        if to in FOLLOWS[before]:
            manager.advance(application, to)
            assert stored(application).status == to
        else:
            with pytest.raises(TooLate):
                manager.advance(application, to)
            assert stored(application).status == before


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(Status)), max_size=12),
)
def test_of_several_at_once_only_those_who_saw_the_last_change_are_heard(
    make_application: Make, wanted: list[tuple[int, Status]]
) -> None:
    application = make_application()
    eyes = [stored(application) for _ in range(3)]
    for who, to in wanted:
        before, seen = Status(stored(application).status), Status(eyes[who].status)
        try:
            manager.advance(eyes[who], to)
        except TooLate:
            assert stored(application).status == before
            assert seen != before or to not in FOLLOWS[before]
        else:
            assert seen == before
            assert to in FOLLOWS[before]


def test_the_second_of_two_reviewers_is_told(application: InstanceApplication) -> None:
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
def test_a_final_state_gives_the_name_free(
    make_application: Make, final: Status
) -> None:
    before = next(old for old, after in FOLLOWS.items() if final in after)
    first = make_application(hostname="new1.example.org", status=before)
    assert stored(first).name_claim == "new1.example.org"

    manager.advance(first, final)

    assert stored(first).name_claim is None
    make_application(hostname="new1.example.org")


def test_who_changes_the_name_claims_the_new_one(make_application: Make) -> None:
    first, other = make_application(), make_application()

    manager.advance(first, Status.APPROVED, hostname="new9.example.org")

    assert stored(first).name_claim == "new9.example.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        manager.advance(other, Status.APPROVED, hostname="new9.example.org")
    assert stored(other).status == Status.PENDING


def test_what_is_saved_keeps_the_claim_in_step(
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
