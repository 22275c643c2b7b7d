"""Mails that the product has sent, and the links in them."""

import re
from dataclasses import dataclass
from email.message import EmailMessage

from tests.product import Product

LINK = re.compile(r"https?://\S+")
# How long a mail may take: the watcher polls once a second.
PATIENCE_S = 20


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Finds mails by recipient and subject."""

    product: Product

    def find(self, address: str, subject: str) -> EmailMessage | None:
        """Return the newest mail to somebody with this in its subject."""
        mails = [
            mail
            for mail in self.product.mails()
            if address in str(mail["To"]) and subject in str(mail["Subject"])
        ]
        return mails[-1] if mails else None

    def read(self, address: str, subject: str) -> str:
        """Wait for a mail and return its text."""
        self.product.wait_until(
            lambda: self.find(address, subject), PATIENCE_S, f"{address}: {subject}"
        )
        mail = self.find(address, subject)
        assert mail is not None
        assert mail.get_body(("html",)) is not None, f"{subject} has no HTML part"
        body = mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def link(self, address: str, subject: str, part: str = "") -> str:
        """Wait for a mail; return the path of its first link that has this part."""
        links = LINK.findall(self.read(address, subject))
        link = str(next(link for link in links if part in link))
        assert link.startswith(f"{self.product.url}/"), f"{link} leads elsewhere"
        return link.removeprefix(self.product.url)
