"""Every address that a form accepts is exactly one recipient."""

from collections.abc import Iterator

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import EmailField
from django.test import RequestFactory, override_settings
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st

from apps.mails import delivery
from apps.mails.letters import new_mail
from apps.mails.models import Mail
from apps.web.mail_addresses import MailAddressField, normalize
from tests import services
from tests.smtp import MailServer
from tests.web.strategies import ADDRESSES

pytestmark = pytest.mark.django_db
FORGED = '"x\x0cme@evil.example\x0c"@uni.example'


def subclasses(form: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for subclass in form.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def forms_of_the_site(user: User) -> Iterator[type[forms.BaseForm]]:
    get_resolver().url_patterns  # noqa: B018 - imports every form
    for form in subclasses(forms.BaseForm):
        if form.__module__.startswith("apps."):
            yield form
    request = RequestFactory().get("/")
    request.user = user
    for model, model_admin in admin.site._registry.items():
        if not any(isinstance(field, EmailField) for field in model._meta.fields):
            continue
        yield model_admin.get_form(request, change=True)
        yield model_admin.get_form(request, change=False)


def test_every_form_takes_mail_addresses_in_their_normal_form(
    admin_user: User,
) -> None:
    fields = [
        (form.__qualname__, name, field)
        for form in forms_of_the_site(admin_user)
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.EmailField) or "email" in name
    ]

    assert len(fields) >= 6
    assert [
        field[:2] for field in fields if not isinstance(field[2], MailAddressField)
    ] == []


@pytest.fixture(scope="module")
def mail_server() -> Iterator[MailServer]:
    with MailServer(services.free_port()) as server:
        yield server


@given(st.lists(ADDRESSES | st.just(FORGED), min_size=1, max_size=8))
def test_an_address_that_a_form_takes_is_one_smtp_recipient(
    mail_server: MailServer, addresses: list[str]
) -> None:
    field = MailAddressField()
    accepted = []
    for address in addresses:
        try:
            accepted.append(field.clean(address))
        except ValidationError:
            continue
        assert accepted[-1] == normalize(address.strip())
    Mail.objects.all().delete()
    mail_server.recipients.clear()
    for address in accepted:
        new_mail(address, "subject", "text").save()

    with override_settings(
        MAIL_DELIVERY_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=mail_server.server_address[1],
    ):
        delivery.deliver()

    assert mail_server.recipients == [[f"<{address}>"] for address in accepted]
