from collections.abc import Callable
from threading import Event

import pytest
from django.db import OperationalError, connection

from apps.work import failures
from apps.work.loops import PAUSE_WHEN_DOWN_S, Chore
from apps.work.models import Failure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the test's transaction where a turn would close its thread's connection."""
    monkeypatch.setattr(connection, "close", lambda: None)


def chore(do: Callable[[], object]) -> Chore:
    return Chore("news", Event(), do, every_s=30)


def fail() -> None:
    raise RecursionError("too deep")


def test_whatever_a_turn_raises_is_written_down() -> None:
    chore(fail).safe_turn()

    failure = Failure.objects.get()
    assert (failure.chore, failure.error) == ("news", "RecursionError: too deep")


def test_pauses_grow_while_a_turn_fails() -> None:
    failing = chore(fail)

    pauses = [failing.safe_turn() for _ in range(8)]

    assert pauses[:4] == [1.5, 3, 6, 12]
    assert pauses[-1] == failures.LONGEST_PAUSE_S


def test_a_turn_that_succeeds_clears_what_an_earlier_watcher_wrote() -> None:
    chore(fail).safe_turn()

    assert chore(lambda: None).safe_turn() == 30
    assert not Failure.objects.exists()


def test_a_turn_that_fails_without_a_database_is_tried_again_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_args: object) -> None:
        raise OperationalError("gone away")

    monkeypatch.setattr(failures, "record", away)

    assert chore(fail).safe_turn() == PAUSE_WHEN_DOWN_S
