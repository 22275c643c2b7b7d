from collections.abc import Callable
from threading import Event

import pytest
from django.db import OperationalError, connection

from apps.work import failures
from apps.work.loops import PAUSE_WHEN_DOWN_S, Chore
from apps.work.models import Failure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def open_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the connection open, which a turn would close with the transaction."""
    monkeypatch.setattr(connection, "close", lambda: None)


def chore(function: Callable[[], object]) -> Chore:
    return Chore("news", Event(), function, every_s=30)


def fail() -> None:
    raise RecursionError("too deep")


def test_an_exception_of_a_turn_is_saved() -> None:
    chore(fail).run_safely()

    failure = Failure.objects.get()
    assert (failure.chore, failure.error) == ("news", "RecursionError: too deep")


def test_pauses_grow_while_a_turn_fails() -> None:
    failing_chore = chore(fail)

    pauses = [failing_chore.run_safely() for _ in range(8)]

    assert pauses[:4] == [1.5, 3, 6, 12]
    assert pauses[-1] == failures.LONGEST_PAUSE_S


def test_a_success_deletes_the_failure() -> None:
    chore(fail).run_safely()

    assert chore(lambda: None).run_safely() == 30
    assert not Failure.objects.exists()


def test_a_failing_turn_is_repeated_soon_without_a_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def raise_error(*_args: object) -> None:
        raise OperationalError("gone away")

    monkeypatch.setattr(failures, "record", raise_error)

    assert chore(fail).run_safely() == PAUSE_WHEN_DOWN_S
