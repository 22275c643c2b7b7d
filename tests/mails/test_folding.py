"""Values in a letter can't forge lines of its text."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth.models import User
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from apps.mails.folded_values import fold_value
from apps.mails.letters import Letter
from apps.mails.models import Mail
from apps.mails.one_line import fold, quote
from apps.mails.templatetags.quoting import quoted
from tests.conftest import Sent

TEMPLATES = settings.BASE_DIR / "templates"
LETTERS = sorted(TEMPLATES.glob("*/emails/*.txt"))
FORGED = "FORGED: line"
# Names of numbers in letters.
NUMBERS = ("days", "number", "more", "times")
LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


class Forger:
    """Has every attribute; its text tries to begin a line."""

    def __init__(self, *, equal: bool) -> None:
        self._equal = equal

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.endswith("_at"):
            return datetime(2026, 1, 2, tzinfo=UTC)
        return 3 if name in NUMBERS else lambda: self

    def __eq__(self, _other: object) -> bool:
        return self._equal

    def __hash__(self) -> int:
        return 0

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator["Forger"]:
        yield self

    def __str__(self) -> str:
        return f"x{LINE_BREAKS}{FORGED}{' ' * 200}{FORGED}"


def context_for(path: Path, *, equal: bool) -> dict[str, Any]:
    names = set(re.findall(r"[a-z_0-9]+", path.read_text(encoding="utf-8")))
    context: dict[str, Any] = {name: Forger(equal=equal) for name in names}
    texts = {"message": str(context["i18n"]), "site": "https://vps.example.org"}
    return context | texts | dict.fromkeys(NUMBERS, 3)


@pytest.mark.django_db
@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_no_value_of_a_letter_begins_a_line(
    path: Path, equal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.urls.reverse", lambda *_args, **_kwargs: "/page/")
    context = context_for(path, equal=equal)

    Letter(str(path.relative_to(TEMPLATES)), context).post("a@example.org")

    mail = Mail.objects.get()
    lines = [line.strip() for line in re.split(f"[{LINE_BREAKS}]", mail.text)]
    assert not any(line.startswith(FORGED) for line in lines), mail.text
    pattern = rf"^x( {FORGED})+$"
    assert not re.search(pattern, mail.text, re.MULTILINE), "a paragraph, not quoted"
    page = BeautifulSoup(mail.html, "html.parser")
    lines = [line.strip() for text in page.strings for line in text.splitlines()]
    assert not any(line.startswith(FORGED) for line in lines), mail.html
    assert len(re.split(f"[{LINE_BREAKS}]", mail.subject)) == 1


@pytest.mark.django_db
def test_a_first_name_cannot_claim_a_confirmed_address(
    sent: Sent, settings: Any
) -> None:
    settings.ADMINS = [("Admin", "admin@example.org")]
    user = User(
        username="eve",
        first_name="Eve\nMail address, confirmed: dean@uni.example",
        email="eve@evil.example",
    )

    Letter(
        "accounts/emails/register_waiting.txt", {"user": user, "number": 1}
    ).post_to_admins()

    address_lines = [
        line for line in sent()[0].body.splitlines() if line.startswith("Mail address")
    ]
    assert address_lines == ["Mail address, confirmed: eve@evil.example"]


def test_a_text_of_several_lines_is_quoted() -> None:
    assert quote("one\r\n\ntwo\x85Approved by: root\n") == (
        "> one\n>\n> two\n> Approved by: root"
    )


def test_a_folded_text_is_quoted_by_its_own_lines() -> None:
    template = Template("{% load quoting %}{{ a }}|{{ a.b|quoted }}|{{ c|quoted }}")
    values = {"a": {"b": "one\ntwo"}, "c": "three\nfour"}
    context = {name: fold_value(value) for name, value in values.items()}

    rendered = template.render(Context(context, autoescape=False))

    assert rendered == "{'b': 'one\\ntwo'}|> one\n> two|> three\n> four"
    assert quoted("plain") == "> plain"


@pytest.mark.parametrize(
    "value", [None, True, 3, 2.5, datetime(2026, 1, 2, tzinfo=UTC)]
)
def test_other_values_are_unchanged(value: object) -> None:
    assert fold_value(value) is value


def test_templates_reach_into_folded_objects_as_into_others() -> None:
    user = User(username="eve", first_name="E\nve", is_active=False)
    source = (
        "{{ user.get_full_name }} {{ user }} {{ user.id|default:'-' }}"
        "{% if user.is_active %} active{% endif %}"
        "{% for name in names %} {{ name }}{% endfor %} {{ names|length }}"
        "{% if none %} some{% endif %}{% if user.username == 'eve' %} eve{% endif %}"
    )
    values = {"user": user, "names": iter(["a\nb"]), "none": []}
    context = {name: fold_value(value) for name, value in values.items()}

    rendered = Template(source).render(Context(context, autoescape=False))

    assert rendered == "E ve eve - a b 1 eve"


@given(st.text() | st.text(st.sampled_from(f"ab \u202e\ud800{LINE_BREAKS}")))
def test_a_folded_text_has_one_line_that_anything_can_encode(text: str) -> None:
    folded = fold(text)

    assert len(folded.splitlines()) <= 1
    assert not any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in folded)
    folded.encode()
