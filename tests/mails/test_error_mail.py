"""Errors mailed to ADMINS: rate limited and without private data."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse
from django.utils import timezone
from pytest_django import Settings

from apps.mails import delivery, error_throttle
from apps.mails.error_throttle import LocalThrottle, count_folded
from apps.mails.models import MailedError
from apps.mails.scrubbing import scrub
from tests.conftest import Sent

pytestmark = pytest.mark.django_db
KEY = "pbkdf2-Yx3_" + "k" * 32


def fail(_request: HttpRequest, **_kwargs: str) -> HttpResponse:
    if password := "-".join(("local", "secret")):
        raise ValueError("redis://vps:hunter2@cache.example.org by dean@uni.example")
    return HttpResponse(password)


def fail_elsewhere(_request: HttpRequest) -> HttpResponse:
    raise KeyError("x")


fail.login_required = False  # type: ignore[attr-defined]  # as Django marks it
fail_elsewhere.login_required = False  # type: ignore[attr-defined]
urlpatterns = [path("fail/<str:key>/", fail), path("elsewhere/", fail_elsewhere)]

Page = Callable[..., object]


@pytest.fixture
def visit(settings: Settings) -> Page:
    settings.ROOT_URLCONF = __name__
    settings.ADMINS = [("Admin", "admin@example.org")]
    settings.EMAIL_HOST_PASSWORD = "smtp-password"
    client = Client(raise_request_exception=False)

    def visit(url: str, **headers: Any) -> object:
        return client.post(url, {"password": "typed-secret"}, headers=headers)

    return visit


@pytest.fixture(autouse=True)
def _reset_local_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_throttle, "local_throttle", LocalThrottle())


def pass_an_hour() -> None:
    MailedError.objects.update(mailed_at=timezone.now() - error_throttle.PAUSE)


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({}, {"host": "evil.example"}),
        ({str(number): "" for number in range(1001)}, {}),
        ({"username": "x" * 3_000_000}, {}),
    ],
    ids=["host", "fields", "size"],
)
def test_bad_requests_are_not_mailed(
    client: Client,
    settings: Settings,
    sent: Sent,
    data: dict[str, str],
    headers: dict[str, str],
) -> None:
    settings.ADMINS = [("Admin", "admin@example.org")]

    response = client.post(reverse("accounts:login"), data, headers=headers)

    assert response.status_code in {400, 413}
    assert sent() == []


def test_an_error_is_mailed_with_its_place_and_no_data_of_the_request(
    visit: Page, sent: Sent
) -> None:
    visit(f"/fail/{KEY}/?q=query-secret", cookie="sessionid=cookie-secret")

    (mail,) = sent()
    assert "ValueError at tests/mails/test_error_mail.py:" in mail.subject
    assert "Request: POST /fail/…/" in mail.body
    assert "Traceback (most recent call last)" in mail.body
    assert 'raise ValueError("redis://' in mail.body
    for private in (
        *("query-secret", "cookie-secret", "typed-secret", "local-secret", KEY),
        *("hunter2", "dean@", "SECRET_KEY", "LOCATION", "INSTALLED_APPS"),
    ):
        assert private not in mail.body
    assert len(mail.body) < 4000


def test_a_kind_is_mailed_once_an_hour_and_the_rest_is_counted(
    visit: Page, sent: Sent
) -> None:
    for number in range(5):
        visit(f"/fail/{number}/")
    visit("/elsewhere/")

    assert len(sent()) == 2

    pass_an_hour()
    visit("/fail/x/")

    assert len(sent()) == 3
    assert "4 more like it came since" in sent()[-1].body


def test_errors_are_mailed_without_a_cache(
    visit: Page, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise ConnectionError

    for name in ("get", "set", "add", "incr"):
        monkeypatch.setattr(cache, name, refuse)
    visit("/fail/x/")
    visit("/fail/x/")

    assert len(sent()) == 1


def test_another_process_that_mailed_meanwhile_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert count_folded("X at y:1") == 0
    pass_an_hour()
    get_or_create = MailedError.objects.get_or_create

    def mail_meanwhile(**kwargs: Any) -> tuple[MailedError, bool]:
        result = get_or_create(**kwargs)
        MailedError.objects.update(mailed_at=timezone.now())
        return result

    monkeypatch.setattr(MailedError.objects, "get_or_create", mail_meanwhile)

    assert count_folded("X at y:1") is None


@pytest.fixture
def _without_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail_to_count(_kind: str) -> None:
        raise DatabaseError

    monkeypatch.setattr(error_throttle, "_count_in_database", fail_to_count)
    yield


@pytest.mark.usefixtures("_without_database")
def test_each_process_limits_mails_while_the_database_is_away(
    visit: Page, sent: Sent
) -> None:
    visit("/fail/x/")
    visit("/fail/x/")

    assert len(sent()) == 1


@pytest.mark.usefixtures("_without_database")
def test_the_memory_of_a_process_does_not_grow() -> None:
    for number in range(3 * error_throttle.MAX_KINDS):
        assert count_folded(f"X at y:{number}") == 0

    assert len(error_throttle.local_throttle) == error_throttle.MAX_KINDS


def test_the_memory_of_a_process_counts_folded_errors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    throttle = LocalThrottle()
    assert [throttle.count_folded("x") for _ in range(3)] == [0, None, None]

    future = timezone.now() + error_throttle.PAUSE + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: future)

    assert throttle.count_folded("x") == 2


def test_old_kinds_are_deleted() -> None:
    count_folded("old")
    MailedError.objects.update(mailed_at=timezone.now() - timedelta(days=31))
    count_folded("new")

    delivery.forget()

    assert MailedError.objects.get().kind == "new"


def test_an_error_without_an_exception_is_mailed_too(
    settings: Settings, sent: Sent
) -> None:
    settings.ADMINS = [("Admin", "admin@example.org")]

    logging.getLogger("django.request").error("Broken\nSubject: %s", "x" * 5000)

    (mail,) = sent()
    assert mail.subject.startswith("[ganetimgr] ERROR: django.request at tests/mails")
    assert "ERROR django.request: Broken Subject: x" in mail.body
    assert len(mail.body) < 2000


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("mysql://vps:pw@db.example.org/x", "mysql://…@db.example.org/x"),
        ("no mail for dean.x@uni.example.", "no mail for …@uni.example."),
        (f"GET /a/{KEY}/b", "GET /a/…/b"),
        (f"/keys/.eJxV-x:1tQ:{'s' * 43} x", "/keys/… x"),
        ("/instances/athens/web1.alice.example.org/", None),
        ("Not found: /a/?key=1&b=2 again", "Not found: /a/?… again"),
        ('File "/srv/app/views.py", line 3, in f\n    @wraps', None),
        ("login with smtp-password failed", "login with … failed"),
    ],
)
@override_settings(EMAIL_HOST_PASSWORD="smtp-password")
def test_reports_are_scrubbed(text: str, scrubbed: str | None) -> None:
    assert scrub(text) == (scrubbed or text)


@pytest.mark.parametrize("text", ["a", "/a", "/:", ":a", "a@", "?/", "/" + "a" * 20])
def test_scrubbing_takes_linear_time(text: str) -> None:
    seconds = []
    for size in (4_000, 16_000):
        start = time.thread_time()
        scrub(text * (size // len(text)))
        seconds.append(time.thread_time() - start)

    assert seconds[1] < 12 * seconds[0] + 0.1
