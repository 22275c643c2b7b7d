"""A stranger triggers errors to have mails sent to ADMINS."""

import pytest

from tests.attacks.site import Site
from tests.system.visitor import Visitor

pytestmark = pytest.mark.attack

LOGIN = "/accounts/login/"


def test_bad_requests_are_logged_and_not_mailed(site: Site) -> None:
    root = site.visitor("root")
    mail_count = count_error_mails(root)
    stranger = site.visitor()
    session, url = stranger.session, site.url + LOGIN
    stranger.get(LOGIN)  # without its cookie the form would not be read

    answers = [
        session.get(url, headers={"Host": "evil.example"}),
        session.post(url, {str(number): "" for number in range(1001)}),
        session.post(url, {"username": "x" * 3_000_000}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 413]
    assert "Invalid HTTP_HOST header: 'evil.example'" in site.product.log("web")
    assert count_error_mails(root) == mail_count


def count_error_mails(root: Visitor) -> int:
    """Return the number of error mails in the outbox, sent or not."""
    page = root.get("/admin/mails/mail/?q=ERROR")
    assert page.status_code == 200
    return page.text.count('class="field-subject')
