"""Mails that somebody receives during an attack."""

import re
from email import message_from_bytes, policy

from tests.attacks.site import Site

PATIENCE_S = 30


def texts_to(site: Site, address: str, subject: str) -> list[str]:
    """Return the texts of all mails to somebody with this in their subjects."""
    server = site.mail_server
    texts = []
    for recipients, raw in zip(server.recipients, server.messages, strict=False):
        mail = message_from_bytes(raw, policy=policy.default)
        if f"<{address}>" in recipients and subject in str(mail["Subject"]):
            body = mail.get_body(("plain",))
            texts.append(str(body.get_content()) if body else "")
    return texts


def wait_for_mail(site: Site, address: str, subject: str, count: int = 1) -> str:
    """Wait for so many such mails; return the text of the newest."""
    site.product.wait_until(
        lambda: len(texts_to(site, address, subject)) >= count,
        PATIENCE_S,
        f"{address}: {subject}",
    )
    return texts_to(site, address, subject)[-1]


def link_in(site: Site, text: str) -> str:
    """Return the path of the first link to the site in a mail."""
    match = re.search(rf"{re.escape(site.url)}(/\S+)", text)
    assert match, text
    return match[1]
