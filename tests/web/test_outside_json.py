"""JSON from outside takes linear time, and makes no reader fail.

Rows of Ganeti's answers are read by `tests.ganeti.test_unreadable`.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from unittest.mock import Mock

import pytest
import requests
from django.core.exceptions import ValidationError

from apps.accounts import captcha
from apps.ganeti.domain.osimage import ImageError, OsImage
from apps.ganeti.images import reading
from apps.ganeti.jobs import wakeups
from apps.ganeti.rapi import transport
from apps.ganeti.rapi.errors import RapiError
from tests.web.hostile_text import CONTROL, cpu_s, marks


def response(body: bytes) -> requests.Response:
    answer = requests.Response()
    answer.status_code, answer._content = 200, body
    return answer


def read_answer_of_rapi(body: bytes) -> None:
    with suppress(RapiError):
        transport._decode(response(body))


def read_wake_up(body: bytes) -> None:
    with suppress(wakeups.MalformedError):
        wakeups.read(Mock(body=body))


def read_image(body: bytes) -> None:
    with suppress(ImageError):
        for key, entry in reading._json_object(body).items():
            OsImage.from_untrusted(key, {"description": entry, "provider": entry})


def read_answer_of_recaptcha(body: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests, "post", lambda *_args, **_values: response(body))
        with suppress(ValidationError):
            captcha.CaptchaField().validate("x")


READERS = [read_answer_of_rapi, read_wake_up, read_image, read_answer_of_recaptcha]


def body_of(text: str) -> bytes:
    return json.dumps({"job": text, "success": text, text[:100_000]: text}).encode()


@pytest.mark.parametrize("read", READERS)
def test_strange_json_breaks_no_reader(read: Callable[[bytes], None]) -> None:
    for text in (CONTROL, "\ud800", "x" * 1_000_000):
        read(body_of(text))
    for body in (
        b"",
        b"\xff",
        b"1e999",
        b"9" * 5000,
        b"[" * 100_000,
        b'{"job":' * 9000,
    ):
        read(body)


@pytest.mark.parametrize("read", READERS)
def test_json_takes_no_more_than_linear_time(read: Callable[[bytes], None]) -> None:
    small = cpu_s(partial(read, body_of(marks(15_000))))
    large = cpu_s(partial(read, body_of(marks(60_000))))

    assert large < max(8 * small, 0.1)
