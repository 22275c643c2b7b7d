import pytest

from apps.ganeti.watch import pace
from apps.ganeti.watch.pace import Pace


@pytest.mark.parametrize(
    ("unchanged_s", "pause_s"), [(0, 0.5), (4, 0.5), (20, 2), (60, 5), (9000, 5)]
)
def test_pauses_grow_while_nothing_changes(unchanged_s: float, pause_s: float) -> None:
    assert Pace(0).pause_s(unchanged_s, unchanged_s) == pause_s


def test_a_change_makes_pauses_short_again() -> None:
    follower_pace = Pace(0)

    follower_pace.changed(1000)

    assert follower_pace.pause_s(1000, 1000) == 0.5


def test_the_time_of_the_question_is_part_of_the_pause() -> None:
    assert Pace(0).pause_s(started_at=10, now=10.25) == pytest.approx(0.775)
    assert Pace(0).pause_s(started_at=10, now=12) == 0


def test_the_first_question_does_not_wait() -> None:
    assert Pace(0).wait_s(0) == 0


def test_there_are_at_most_two_calls_a_second() -> None:
    follower_pace = Pace(0)

    follower_pace.answered(started_at=10, calls=3)

    assert follower_pace.wait_s(10.5) == 1
    assert follower_pace.wait_s(20) == 0


def test_patience_doubles_until_an_answer_comes() -> None:
    follower_pace = Pace(0)

    patience = []
    for _ in range(6):
        patience.append(follower_pace.patience_s)
        follower_pace.not_answered(0)

    assert patience == [4, 8, 16, 32, 64, 64]
    follower_pace.answered(started_at=0, calls=1)
    assert follower_pace.patience_s == 4


def test_a_question_without_an_answer_is_repeated_soon() -> None:
    follower_pace = Pace(0)

    follower_pace.not_answered(1000)

    assert follower_pace.pause_s(1000, 1000) == 0.5


def test_a_job_is_given_up_when_it_is_missing_for_long() -> None:
    follower_pace = Pace(0)

    assert not follower_pace.missing_too_long(1, 10)
    assert not follower_pace.missing_too_long(1, 10 + pace.MISSING_FOR_S - 0.1)
    assert follower_pace.missing_too_long(1, 10 + pace.MISSING_FOR_S)
    assert not follower_pace.missing_too_long(2, 20)


def test_jobs_that_ended_are_no_longer_missing() -> None:
    follower_pace = Pace(0)
    for job in (1, 2):
        follower_pace.missing_too_long(job, 0)

    follower_pace.ended(1)
    assert not follower_pace.missing_too_long(1, 10)
    follower_pace.all_ended()
    assert not follower_pace.missing_too_long(2, 10)
