import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from apps.work import failures
from apps.work.models import Failure

pytestmark = pytest.mark.django_db


def record_failure(
    chore: str = "news", text: str = "no", give_up_after: timedelta | None = None
) -> Failure:
    return failures.record(chore, ValueError(text), give_up_after=give_up_after)


def test_a_failure_has_its_last_error_and_its_beginning() -> None:
    since = record_failure().failing_since

    record_failure(text="still not")

    failure = Failure.objects.get()
    assert (failure.chore, failure.error, failure.failures) == (
        "news",
        "ValueError: still not",
        2,
    )
    assert failure.failing_since == since <= failure.failed_at


def test_pauses_grow_with_failures_up_to_the_longest() -> None:
    pauses = [failures.pause_s(count, first_s=2, longest_s=10) for count in range(1, 6)]

    assert pauses == [2, 4, 8, 10, 10]
    assert failures.pause_s(10**9) == failures.LONGEST_PAUSE_S


def test_a_failed_chore_rests_until_due() -> None:
    record_failure("job 1")
    record_failure("job 2")
    Failure.objects.filter(chore="job 2").update(next_at=timezone.now())

    assert failures.resting(["job 1", "job 2", "job 3"]) == {"job 1"}


def test_a_success_deletes_the_failure() -> None:
    record_failure("news")
    record_failure("mail")

    failures.clear("news")

    assert Failure.objects.get().chore == "mail"


def test_a_chore_is_given_up_after_a_time_limit() -> None:
    assert record_failure(give_up_after=timedelta(days=5)).given_up_at is None
    Failure.objects.update(failing_since=timezone.now() - timedelta(days=6))

    assert record_failure(give_up_after=timedelta(days=5)).given_up_at is not None


def test_a_repeated_error_is_logged_with_one_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        for text in ("no", "no", "never"):
            record_failure(text=text)

    assert [bool(record.exc_info) for record in caplog.records] == [True, False, True]


@pytest.mark.parametrize(
    "text",
    ["half \ud83d pair", "nul \0 byte", "long" * 10**6],
    ids=["surrogate", "nul", "long"],
)
def test_an_error_with_any_text_can_be_saved(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Workers of pytest cannot transfer a log with a surrogate.
    monkeypatch.setattr(failures.logger, "error", lambda *_args, **_options: None)

    record_failure(text=text)

    assert len(Failure.objects.get().error) <= 2 * failures.MOST_TEXT


def test_old_failures_are_deleted() -> None:
    record_failure("follower 1")
    record_failure("news")
    Failure.objects.filter(chore="news").update(
        failed_at=timezone.now() - timedelta(days=31)
    )

    failures.forget()

    assert Failure.objects.get().chore == "follower 1"


def test_failures_are_listed_in_the_administration(client: Client) -> None:
    record_failure("news", "no feed")
    client.force_login(User.objects.create_superuser("root"))

    page = client.get("/admin/work/failure/").content.decode()

    assert "ValueError: no feed" in page
