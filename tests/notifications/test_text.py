"""Placeholders are replaced by plain text; all else stays text."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.notifications import sending, text
from apps.notifications.models import Notification
from apps.notifications.text import Message, Reader

HOSTILE = "<script>alert(1)</script>*x* [a](javascript:b)"
STARTS_AT = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
ENDS_AT = datetime(2026, 11, 30, 21, 30, tzinfo=UTC)
READER = Reader("Alice", ("web1", "web10"), "en")


def notification(
    body: str = "Text", subject: str = "Subject", **fields: object
) -> Notification:
    return Notification(pk=7, subject_en=subject, body_en=body, **fields)


def message(body: str, reader: Reader = READER, **fields: Any) -> Message:
    return text.message_for(notification(body, **fields), reader)


def test_placeholders_are_replaced_in_subject_and_both_parts() -> None:
    sample = notification("Dear {{user}}: **{{ instances }}**", "{{ instances }}")

    rendered = text.message_for(sample, READER)

    assert rendered.subject == "web1, web10"
    assert rendered.text == "Dear Alice: **web1, web10**"
    assert "Dear Alice: <strong>web1, web10</strong>" in rendered.html


@pytest.mark.parametrize("markup", Notification.Markup.values)
@pytest.mark.parametrize(
    "body",
    [
        "{% debug %}",
        "{{ settings.SECRET_KEY }}",
        "{{ user.password }}",
        "{% load i18n %}{% include 'base.html' %}",
        "{{ instances|length }}",
    ],
)
def test_templates_stay_text(markup: str, body: str) -> None:
    rendered = message(body, markup=markup)

    assert rendered.text == body
    assert "SECRET_KEY" not in rendered.html or "settings.SECRET_KEY" in rendered.html
    assert len(rendered.html) < 200
    assert text.unknown_placeholders(body)


def test_replaced_values_are_not_templates_or_markup() -> None:
    reader = Reader(HOSTILE, ("{{ user }}", "{% debug %}"), "en")

    rendered = message("{{ user }} {{ instances }}", reader)

    assert rendered.text == f"{HOSTILE} {{{{ user }}}}, {{% debug %}}"
    assert "<script" not in rendered.html
    assert "<em>" not in rendered.html
    assert "href" not in rendered.html
    assert "{{ user }}, {% debug %}" in rendered.html


def test_html_of_the_author_is_sanitized() -> None:
    rendered = message(
        '<script>alert(1)</script><a href="javascript:x" onclick="y">link</a>\n\n'
        '<img src="https://example.org/x.png" onerror="z">\n\n[ok](https://example.org)'
    )

    assert "script" not in rendered.html
    assert "onclick" not in rendered.html
    assert "onerror" not in rendered.html
    assert 'href="https://example.org"' in rendered.html


def test_plain_text_is_escaped() -> None:
    rendered = message(f"*no* {HOSTILE}", markup="plain")

    assert "&lt;script&gt;" in rendered.html
    assert "<em>" not in rendered.html


def test_a_placeholder_in_a_link_leads_nowhere() -> None:
    reader = Reader("javascript:alert(1)", (), "en")

    rendered = message("[x]({{user}}) [y](<{{ user }}>)", reader)

    assert 'href="javascript' not in rendered.html


@given(name=st.text(max_size=40), machine=st.text(min_size=1, max_size=40))
def test_no_name_adds_a_header_or_a_tag(name: str, machine: str) -> None:
    reader = Reader(name, (machine,), "en")
    sample = notification("{{ user }} {{ instances }}", "{{ user }} {{ instances }}")

    mail = sending.letter(sample, reader, "a@example.org")

    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    body = text.message_for(sample, reader).html
    assert body.count("<") == 2, "one paragraph"


def test_each_language_falls_back_to_one_that_is_written() -> None:
    both = notification(subject_el="Θέμα", body_el="Κείμενο {{ instances }}")
    greek = Reader("Αλίκη", ("web1",), "el")
    only_greek = Notification(subject_el="Θέμα", body_el="Κείμενο")

    assert text.message_for(both, greek).text == "Κείμενο web1"
    assert text.message_for(both, READER).text == "Text"
    assert text.message_for(notification(), greek).text == "Text"
    assert text.message_for(only_greek, READER).subject == "Θέμα"


@pytest.mark.parametrize(
    ("zone", "when"),
    [
        ("Europe/Athens", "Nov. 30, 2026, 22:00 to 23:30 EET"),
        ("Asia/Tokyo", "Dec. 1, 2026, 05:00 to 06:30 JST"),
        ("Asia/Kolkata", "Dec. 1, 2026, 01:30 to 03:00 IST"),
        ("Mars/Crater", "Nov. 30, 2026, 20:00 to 21:30 UTC"),
    ],
)
def test_the_time_of_maintenance_is_in_the_readers_zone(zone: str, when: str) -> None:
    sample = notification("x", starts_at=STARTS_AT, ends_at=ENDS_AT)

    mail = sending.letter(sample, replace(READER, zone=zone), "a@example.org")

    assert f"When: {when}" in mail.text
    assert when in mail.html


def test_the_time_of_maintenance_is_in_the_readers_language() -> None:
    window: dict[str, Any] = {"starts_at": STARTS_AT, "ends_at": ENDS_AT}
    greek = Reader("Αλίκη", (), "el")

    assert message("x", **window).when == "Nov. 30, 2026, 20:00 to 21:30 UTC"
    assert "30/11/2026, 20:00" in message("x", greek, **window).when
    assert (
        "21:30 UTC"
        in sending.letter(notification("x", **window), READER, "a@example.org").text
    )


def test_hints_name_what_is_no_placeholder() -> None:
    body = "{{ instances }} {{user}} {{ machine }} {% if x %} {{ machine }} { x }"

    assert text.unknown_placeholders(body) == ["{{ machine }}", "{% if x %}"]
