"""Form fields: length before any other work, no control characters in a line."""

import time

import pytest
from django import forms
from django.core.exceptions import ValidationError

from apps.web import fields, text

MARKS = "a" + "\u0300" * 500_000 + "\u0316" * 500_000


def refusal(field: forms.Field, value: str) -> str:
    with pytest.raises(ValidationError) as refused:
        field.clean(value)
    return str(refused.value.messages[0])


@pytest.mark.parametrize(
    "field",
    [
        fields.LineField(max_length=100),
        fields.TextField(max_length=2000),
        fields.UsernameField(),
        fields.PasswordField(),
    ],
    ids=lambda field: type(field).__name__,
)
def test_a_long_text_is_refused_before_any_work(field: forms.Field) -> None:
    start = time.thread_time()

    assert "at most" in refusal(field, MARKS)
    assert field.has_changed("", MARKS)
    assert time.thread_time() - start < 0.1


@pytest.mark.parametrize(
    "character", ["\n", "\r", "\x00", "\x0b", "\x85", "\u2028", "\u202e", "\x7f"]
)
def test_a_line_has_no_control_characters(character: str) -> None:
    field = fields.LineField(max_length=100)

    assert refusal(field, f"one{character}two")
    assert field.clean("Ελένη O'Neil\u200d 日本") == "Ελένη O'Neil\u200d 日本"


def test_text_keeps_line_breaks_as_line_feeds_and_nothing_else() -> None:
    field = fields.TextField(max_length=7)

    assert field.clean("a\r\nb\rc\td") == "a\nb\nc\td"
    assert field.clean("\r\n".join("abcd")) == "a\nb\nc\nd"
    for character in ("\x0b", "\x1b", "\x85", "\u202e"):
        assert refusal(field, f"a{character}b")


def test_a_user_name_is_normalized_and_bounded_as_it_is_kept() -> None:
    field = fields.UsernameField(max_length=3)

    assert field.clean("\uff41\u0308 ") == "\xe4"
    # One character that becomes eighteen.
    assert "at most" in refusal(field, "\ufdfa")


def test_a_password_is_kept_as_it_was_typed() -> None:
    assert fields.PasswordField().clean(" a\tb ") == " a\tb "


def test_text_is_measured_before_it_is_normalized() -> None:
    with pytest.raises(text.TooLongError):
        text.normalize(MARKS, max_length=100)
    assert text.fold(" \uff2aosé  Ñ" + MARKS, max_length=8) == "jose n"
