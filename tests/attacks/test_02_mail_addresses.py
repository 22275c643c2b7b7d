"""Addresses that are several, or none, reach nobody and delay no other mail."""

import pytest

from tests.attacks.site import Site

pytestmark = pytest.mark.attack

FORGED = '"x\x0cme@evil.example\x0c"@uni.example'
ENCODED = "=?utf-8?q?me=40evil.example?=@uni.example"
RESET = "/accounts/password/reset/"
# More than one batch, due before all others, as an earlier version stored them.
STORED = f"""
from datetime import timedelta
from django.utils import timezone
from apps.mails.models import Mail
fields = dict(recipient={FORGED!r}, sender="vps@example.org", subject="forged")
Mail.objects.bulk_create(Mail(**fields, message_id=f"<{{n}}@x>") for n in range(60))
past = timezone.now() - timedelta(days=6)
Mail.objects.filter(subject="forged").update(due_at=past, created_at=past)
"""


@pytest.mark.parametrize("address", [FORGED, ENCODED])
def test_a_forged_address_is_refused_at_its_field(site: Site, address: str) -> None:
    answer = site.visitor().submit(RESET, RESET, email=address)

    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


def test_mails_to_forged_addresses_delay_no_other_mail(site: Site) -> None:
    site.shell(STORED)

    site.visitor().submit(RESET, RESET, email="olga@example.org")

    site.product.wait_until(
        lambda: ["<olga@example.org>"] in site.mail_server.recipients, 20, "a mail"
    )
    assert "evil" not in str(site.mail_server.recipients)
    page = site.visitor("root").get("/admin/mails/mail/?q=forged&given_up_at__isnull=0")
    assert "a space or an invisible character" in page.text
