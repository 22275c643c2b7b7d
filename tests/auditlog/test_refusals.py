"""Refused attempts: counted, hidden from owners, mailed in a digest."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from apps.auditlog import digest, entries
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.auditlog.target import Target, TargetKind
from apps.mails.models import Mail
from tests.conftest import Sent
from tests.ganeti.pages import markup

HISTORY = reverse("auditlog:history")
WEB1 = Target(TargetKind.INSTANCE, "web1", "athens", "uuid-of-web1")
REASON = "The machine belongs to another user."


@pytest.fixture(autouse=True)
def managers(settings: Settings) -> None:
    settings.MANAGERS = [("Manager", "manager@example.org")]


def refuse(
    user: User, target: Target = WEB1, *, times: int = 1, hidden: bool = True
) -> None:
    for _ in range(times):
        entries.record_refusal(
            Acting(user), "reboot", target, reason=REASON, hidden=hidden
        )


def pass_an_hour() -> None:
    for entry in AuditEntry.objects.all():
        entry.fold_key = f"before-{entry.pk}"
        entry.created_at -= timedelta(hours=1)
        entry.save()


# -- visibility


@pytest.mark.usefixtures("published")
def test_a_refusal_reveals_nothing_hidden(client: Client, carol: User) -> None:
    client.force_login(carol)
    for name in ("web1", "no-such-machine"):
        client.post(reverse("ganeti:instance-reboot", args=["athens", name]))

    for query in ("", "?q=web1", "?outcome=refused", "?cluster=athens"):
        page = markup(client.get(HISTORY + query))
        assert "<tbody>" not in page
        assert "athens</option>" not in page
    assert AuditEntry.objects.get().hidden


@pytest.mark.usefixtures("published")
def test_owners_do_not_see_attempts_of_strangers(
    client: Client, alice: User, carol: User
) -> None:
    entries.record(Acting(alice), "startup", WEB1)
    refuse(carol, times=52)
    client.force_login(alice)

    for page in (HISTORY, reverse("ganeti:instance-detail", args=["athens", "web1"])):
        answer = markup(client.get(page))
        assert "carol" not in answer
        assert "Start" in answer


@pytest.mark.usefixtures("published")
def test_staff_see_who_tried_what_and_how_often(
    client: Client, carol: User, olga: User
) -> None:
    refuse(carol, times=3)
    client.force_login(olga)

    page = markup(client.get(HISTORY))

    assert "carol" in page
    assert "web1" in page
    assert "3 times" in page


@pytest.mark.usefixtures("published")
def test_owners_see_refusals_of_viewers(client: Client, alice: User) -> None:
    refuse(alice, hidden=False)
    client.force_login(alice)

    assert REASON in markup(client.get(HISTORY))


# -- counting


@pytest.mark.parametrize("hidden", [True, False])
def test_attempts_of_an_hour_are_counted_in_one_entry(
    carol: User, *, hidden: bool
) -> None:
    refuse(carol, times=20, hidden=hidden)
    assert AuditEntry.objects.get().times == 20

    pass_an_hour()
    refuse(carol, hidden=hidden)

    assert sorted(AuditEntry.objects.values_list("times", flat=True)) == [1, 20]


def test_each_person_and_object_has_its_own_entry(carol: User, bob: User) -> None:
    for user in (carol, bob):
        for name in ("web1", "web2"):
            refuse(user, Target(TargetKind.INSTANCE, name, "athens", f"uuid-of-{name}"))

    assert AuditEntry.objects.filter(times=1).count() == 4


def test_attempts_on_many_objects_are_folded_into_one_entry(carol: User) -> None:
    for number in range(entries.MAX_HIDDEN_PER_HOUR + 30):
        refuse(carol, Target(TargetKind.INSTANCE, f"web{number}", "athens"))

    assert AuditEntry.objects.count() == entries.MAX_HIDDEN_PER_HOUR + 1
    assert AuditEntry.objects.get(target_kind="").times == 30


# -- the digest for MANAGERS


def test_managers_get_one_mail_of_many_attempts(carol: User, sent: Sent) -> None:
    refuse(carol, times=20)
    refuse(carol, Target(TargetKind.INSTANCE, "web2", "athens"), hidden=False)

    (mail,) = sent()

    assert mail.to == ["manager@example.org"]
    body = str(mail.body)
    assert "carol" in body
    assert "20 times" in body
    assert "web2" in body
    assert sent() == [mail]


def test_the_next_digest_waits_and_has_only_new_attempts(
    carol: User, sent: Sent
) -> None:
    refuse(carol)
    sent()
    refuse(carol, times=4)
    assert len(sent()) == 1

    Mail.objects.update(created_at=F("created_at") - digest.PAUSE)

    assert "5 times" in str(sent()[-1].body)
    assert len(sent()) == 2


def test_a_digest_lists_some_attempts_and_counts_the_others(
    carol: User, sent: Sent
) -> None:
    for number in range(digest.MAX_LINES + 7):
        refuse(
            carol, Target(TargetKind.INSTANCE, f"web{number}", "athens"), hidden=False
        )

    (mail,) = sent()

    assert str(mail.body).count("(from ") == digest.MAX_LINES
    assert "And 7 more." in str(mail.body)


@pytest.mark.django_db
def test_sending_no_digest_takes_two_queries() -> None:
    with CaptureQueriesContext(connection) as queries:
        digest.send()

    writes = [query for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(writes) == 2
    assert not Mail.objects.exists()
