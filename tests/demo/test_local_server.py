"""The demo's server of images, a feed and sent mails."""

from collections.abc import Iterator
from email.message import EmailMessage
from http import HTTPStatus
from pathlib import Path

import pytest
import requests

from apps.pages import news
from contrib.demo import local_server, offerings
from ganetimgr.settings.checks import RULES
from tests.local_server import served

HOSTILE = "<script>hacked()</script>"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    offerings.write(tmp_path / "local", "http://localhost:1")
    (tmp_path / "mail").mkdir()
    http_server = local_server.serve(0, tmp_path / "local", tmp_path / "mail")
    with served(http_server):
        yield f"http://127.0.0.1:{http_server.server_port}"


def write_mails(directory: Path, name: str, *mails: EmailMessage) -> None:
    """Write mails as Django's file backend does."""
    separator = b"-" * 79 + b"\n"
    content = b"".join(mail.as_bytes() + b"\n" + separator for mail in mails)
    (directory / "mail" / name).write_bytes(content)


def mail(subject: str, text: str, html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["To"] = subject, "alice@example.org"
    message["From"], message["Date"] = "vps@example.org", "Wed, 25 Nov 2026 10:00:00"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_the_newest_mail_is_on_top(server: str, tmp_path: Path) -> None:
    write_mails(tmp_path, "1.log", mail("First", "x"), mail("Δεύτερο", "x"))
    write_mails(tmp_path, "2.log", mail("Third", "x"))

    page = requests.get(f"{server}/mails/", timeout=5).text

    assert page.index("Third") < page.index("Δεύτερο") < page.index("First")


def test_a_mail_is_shown_with_links_to_follow(server: str, tmp_path: Path) -> None:
    write_mails(
        tmp_path, "1.log", mail("Hi", "Go: http://localhost:1/a?b=c&d=e\n", "<p>Go")
    )

    page = requests.get(f"{server}/mails/0/", timeout=5).text
    html = requests.get(f"{server}/mails/0/html", timeout=5).text

    assert '<a href="http://localhost:1/a?b=c&amp;d=e">' in page
    assert 'src="/mails/0/html"' in page
    assert "<p>Go" in html


def test_no_script_of_a_mail_runs(server: str, tmp_path: Path) -> None:
    write_mails(tmp_path, "1.log", mail(HOSTILE, HOSTILE, HOSTILE))

    for path in ("/mails/", "/mails/0/"):
        assert HOSTILE not in requests.get(server + path, timeout=5).text
    answer = requests.get(f"{server}/mails/0/html", timeout=5)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["5/", "x/", "0/../../x", "0/text", "-1/"])
def test_other_paths_are_not_found(server: str, path: str) -> None:
    answer = requests.get(f"{server}/mails/{path}", timeout=5)

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_an_empty_mailbox_says_so(server: str) -> None:
    assert "No mail" in requests.get(server, timeout=5).text


def test_images_are_listed_with_their_descriptions(server: str) -> None:
    listing = requests.get(f"{server}/images/", timeout=5).text

    for name, description in offerings.IMAGES.items():
        assert name in listing
        description_file = requests.get(f"{server}/images/{name}.dsc", timeout=5).text
        assert description_file.strip() == description


def test_the_feed_has_news(server: str) -> None:
    items, problem = news.parse(news.fetch(f"{server}/feed.xml"), server)

    assert [item.title for item in items] == [title for _, title, _ in offerings.NEWS]
    assert problem == ""


def test_the_operating_systems_are_valid() -> None:
    rule = RULES["OPERATING_SYSTEMS"]

    assert list(rule.complaints("X", offerings.OPERATING_SYSTEMS)) == []
