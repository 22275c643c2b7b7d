"""Pages of notifications are fully translated into Greek."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.notifications.targets import Target, TargetKind
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, parsed
from tests.greek import english
from tests.notifications.conftest import Draft, SendNow

pytestmark = pytest.mark.usefixtures("in_greek")

# Words that are the same in every language, and of the text that was written.
NAMES = {"nora", "example", "org", "instances", "user", "markdown", "cluster", "http"}
NAMES |= {"testserver", "localhost", "notifications", "mine"}


def english_words(page: str) -> set[str]:
    """Return the English words of a page, without those of authors and time zones."""
    main = parsed(page).main
    assert main is not None
    for tag in main.select("option, textarea, .letter, pre"):
        tag.decompose()
    return {word for word in english(str(main)) if word.lower() not in NAMES}


@pytest.fixture
def reader(nora: User, published: FakeRapi) -> Client:
    client = Client(headers={"accept-language": "el"})
    client.force_login(nora)
    return client


@pytest.mark.usefixtures("alice", "bob")
def test_pages_are_in_greek(
    reader: Client,
    draft: Draft,
    send_now: SendNow,
    write_letters: Callable[[], int],
) -> None:
    words = {"subject_el": "Νέα", "body_el": "Κείμενο {{ instances }}"}
    everybody = Target(TargetKind.EVERYBODY)
    unsent = draft(Target(TargetKind.CLUSTER, "athens"), everybody, **words)
    notification = draft(everybody, **words)
    send_now(notification)

    for view, args in (
        ("compose", []),
        ("edit", [unsent.pk]),
        ("review", [unsent.pk]),
        ("archive", []),
        ("detail", [notification.pk]),
        ("inbox", []),
        ("set-zone", []),
        ("message", [notification.pk]),
    ):
        page = markup(reader.get(reverse(f"notifications:{view}", args=args)))
        assert english_words(page) == set(), view
        write_letters()
