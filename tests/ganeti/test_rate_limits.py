"""Rate limits of actions by owners."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from apps.ganeti.models import ActionRequest
from apps.mails.models import Mail
from tests.ganeti.configuring import ISO, configure
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import url

pytestmark = pytest.mark.usefixtures("probed_urls", "published")


@pytest.fixture
def owner(client: Client, alice: User, settings: Settings) -> Client:
    actions = ("cdrom-check", "confirmation-mail")
    limits = {action: {"account": (1, 3600)} for action in actions}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **limits}
    client.force_login(alice)
    return client


def test_probes_of_cdrom_urls_are_rate_limited(
    owner: Client, probed_urls: list[str], published: FakeRapi
) -> None:
    configure(owner, cdrom_image_path="no")

    response = configure(owner, cdrom_image_path=ISO)

    assert response.status_code == 429
    assert probed_urls == ["no"]
    assert configure(owner, boot_order="network").status_code == 302


def test_confirmation_mails_are_rate_limited(owner: Client) -> None:
    assert owner.post(url("destroy"), {"typed_name": "web1"}).status_code == 302
    mails = Mail.objects.count()

    response = owner.post(url("destroy"), {"typed_name": "web1"})

    assert response.status_code == 429
    assert Mail.objects.count() == mails
    assert ActionRequest.objects.count() == 1
