"""Somebody registers with a name whose line breaks forge lines of a mail."""

import email
import email.policy

import pytest

from tests.attacks.site import Site

pytestmark = pytest.mark.attack

CLAIM = "Mail address, confirmed: dean@uni.example"
# A name that the form refuses may be in the database, or come from a directory.
REGISTERED = f"""
from django.contrib.auth.models import User
from apps.mails.letters import Letter
user = User(username="eve", first_name="Eve\\n{CLAIM}", email="eve@evil.example")
context = {{"user": user, "number": 1}}
Letter("accounts/emails/register_waiting.txt", context).post("approver@example.org")
"""


def test_a_first_name_claims_no_confirmed_address(site: Site) -> None:
    site.shell(REGISTERED)

    site.product.wait_until(lambda: letters(site), 20, "the approver's mail")

    (letter,) = letters(site)
    lines = [line for line in letter.splitlines() if line.startswith("Mail address")]
    assert lines == ["Mail address, confirmed: eve@evil.example"]


def letters(site: Site) -> list[str]:
    """Return the texts of mails to the approver."""
    texts = []
    server = site.mail_server
    for message, recipients in zip(server.messages, server.recipients, strict=False):
        if recipients == ["<approver@example.org>"]:
            parsed = email.message_from_bytes(message, policy=email.policy.default)
            body = parsed.get_body(("plain",))
            assert body is not None
            texts.append(body.get_content())
    return texts
