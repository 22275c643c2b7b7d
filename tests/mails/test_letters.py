"""Rendering letters as mails."""

import pytest
from bs4 import BeautifulSoup
from django.template import engines
from pytest_django import Settings

from apps.mails.letters import Letter, html_of, linked, new_mail
from apps.mails.models import Mail
from tests.conftest import Sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Letter:
    """Return a letter with a template of the test."""
    source = (
        "{% load i18n %}{% translate 'Log in' %} {{ value }}\n\n"
        "See {{ site }}/x/{{ value }}"
    )
    template = engines["django"].from_string(source)
    monkeypatch.setattr("apps.mails.letters.get_template", lambda _name: template)
    return Letter("any.txt", {"value": "<b> & \n{% debug %}"}, about="test:1")


def test_a_letter_has_a_subject_a_text_and_the_same_as_html(
    letter: Letter, settings: Settings, sent: Sent
) -> None:
    settings.SITE_URL = "https://vps.example.org/"

    letter.post("alice@example.org")

    (mail,) = sent()
    assert mail.subject == "[ganetimgr] Log in <b> & {% debug %}"
    assert "https://vps.example.org/x/<b> &" in mail.body
    html = mail.alternatives[0].content  # type: ignore[attr-defined]  # it has both
    assert 'href="https://vps.example.org/x/' in html
    assert "<b> &" not in html


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Ready: https://vps.example.org/a/b-1/.", ["https://vps.example.org/a/b-1/"]),
        ("(https://vps.example.org/x?a=1&b=2)", ["https://vps.example.org/x?a=1&b=2"]),
        ("at https://vps.example.org.", ["https://vps.example.org"]),
        ("https://vps.example.org/a https://vps.example.org/b", ["…/a", "…/b"]),
        ("web1.example.org, maria@example.org, https://elsewhere.example.net/", []),
        ('https://vps.example.org/"onclick=alert(1)', ["https://vps.example.org/"]),
    ],
)
def test_only_the_sites_own_addresses_are_links(
    settings: Settings, text: str, links: list[str]
) -> None:
    settings.SITE_URL = "https://vps.example.org/"

    page = BeautifulSoup(linked(text), "html.parser")

    expected = [link.replace("…", "https://vps.example.org") for link in links]
    assert [link["href"] for link in page.find_all("a")] == expected
    assert page.get_text() == text


def test_input_is_not_rendered_as_a_template(letter: Letter, sent: Sent) -> None:
    letter.post("alice@example.org")

    assert "{% debug %}" in sent()[0].body


def test_a_letter_is_in_the_language_of_its_reader(letter: Letter, sent: Sent) -> None:
    letter.post("alice@example.org", language="el")

    assert "Σύνδεση" in sent()[0].subject


def test_a_letter_without_recipients_is_not_sent(
    letter: Letter, settings: Settings
) -> None:
    settings.MANAGERS = []

    letter.post_to_managers()

    letter.post("")

    assert not Mail.objects.exists()


def test_a_subject_has_no_line_breaks() -> None:
    mail = new_mail("a@example.org", "one\r\nBcc: b@example.org", "text")

    assert "\n" not in mail.subject


def test_the_html_has_its_language() -> None:
    assert '<html lang="en">' in html_of("subject", "text")
