"""Pages and mails of a review are fully translated into Greek."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.accounts import contact
from apps.applications.models import InstanceApplication
from apps.applications.services import reviewing
from apps.auditlog.entries import Acting
from tests.applications.review.sending import address, post
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup
from tests.greek import english

pytestmark = pytest.mark.usefixtures("in_greek")

# Words that are the same in every language.
NAMES = {
    *("new", "example", "org", "mib", "cpu", "vcpu", "debian", "plain", "drbd"),
    *("fast", "full", "public", "routed", "to", "spare", "rhea", "email"),
}


def english_words(page: str) -> set[str]:
    main = page[page.index("<main") : page.index("</main>")]
    return {word for word in english(main) if word.lower() not in NAMES}


@pytest.fixture
def reader(rhea: User) -> Client:
    client = Client(headers={"accept-language": "el"})
    client.force_login(rhea)
    return client


@pytest.mark.usefixtures("offering")
def test_a_review_is_in_greek(
    reader: Client, application: InstanceApplication, rapi: FakeRapi
) -> None:
    page = markup(reader.get(address(application)))

    assert "Υπό συντήρηση." in page
    assert english_words(page) == set()


@pytest.mark.usefixtures("offering")
def test_errors_of_a_review_are_in_greek(
    reader: Client, application: InstanceApplication
) -> None:
    wrong = {"memory_mib": "99999", "node_group": "spare", "nic_network": "x"}

    page = markup(post(reader, application, "accept", **wrong))

    assert "Δεν είναι καμία από τις επιλογές." in page
    assert english_words(page) == set()


@pytest.mark.usefixtures("offering")
def test_a_dry_run_is_in_greek(
    reader: Client, application: InstanceApplication
) -> None:
    page = markup(post(reader, application, "try"))

    assert "το δοκιμάζει…" in page
    assert english_words(page) == set()


@pytest.mark.usefixtures("offering")
def test_the_page_to_create_is_in_greek(root: User) -> None:
    client = Client(headers={"accept-language": "el"})
    client.force_login(root)

    page = markup(client.get(reverse("applications:create")))

    assert english_words(page) == set()


def test_a_refusal_is_mailed_in_the_applicants_language(
    application: InstanceApplication,
    alice: User,
    rhea: User,
    sent: Callable[[], list[EmailMessage]],
) -> None:
    contact.remember_language(alice, "el")

    with translation.override("en"):
        reviewing.refuse(application, "Δεν χωρά.", "", by=Acting(rhea))

    (mail,) = sent()
    assert "απορρίφθηκε" in mail.subject
    assert "Δεν χωρά." in str(mail.body)
    assert "refused" not in str(mail.body)
