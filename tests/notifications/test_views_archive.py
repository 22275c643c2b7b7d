"""Pages: the archive, and a user's own list."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.notifications import sending
from apps.notifications.models import Delivery, Notification
from apps.notifications.targets import Target, TargetKind
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, parsed, text, text_of
from tests.notifications.conftest import Draft, SendNow

COMPOSE = "/notifications/new"
HTMX = {"HX-Request": "true"}


# -- archive


@pytest.mark.usefixtures("alice")
def test_progress_is_polled_until_everything_is_delivered(
    sender: Client,
    draft: Draft,
    send_now: SendNow,
    write_letters: Callable[[], int],
    sent: Callable[[], list[Any]],
) -> None:
    notification = draft()
    send_now(notification)
    detail = reverse("notifications:detail", args=[notification.pk])
    [polling] = parsed(markup(sender.get(detail))).select("#progress")
    poll = str(polling["hx-get"])

    assert sender.get(poll, headers=HTMX).status_code == 204
    write_letters()
    sent()
    sending.store_outcomes()
    response = sender.get(poll, headers=HTMX)

    [done] = parsed(markup(response)).select("#progress")
    assert "hx-get" not in done.attrs
    assert "1 of 1 delivered" in text_of(done)


def test_the_archive_is_for_readers_and_changes_are_for_senders(
    client: Client, arthur: User, alice: User, draft: Draft, send_now: SendNow
) -> None:
    notification, unsent = draft(), draft(subject_en="Not yet")
    send_now(notification)
    client.force_login(arthur)

    page = markup(client.get(reverse("notifications:archive")))
    assert "News for" in page
    assert "Not yet" not in page
    detail = markup(client.get(reverse("notifications:detail", args=[notification.pk])))
    assert "alice@example.org" in detail
    assert "Use as draft" not in detail
    hidden = reverse("notifications:detail", args=[unsent.pk])
    assert client.get(hidden).status_code == 404
    for view in ("retry", "copy"):
        address = reverse(f"notifications:{view}", args=[notification.pk])
        assert client.post(address).status_code == 404
    assert client.get(COMPOSE).status_code == 404


def test_who_may_send_but_not_see_all_machines_may_not_send(
    client: Client, nora: User
) -> None:
    nora.user_permissions.remove(nora.user_permissions.get(codename="view_instances"))
    client.force_login(nora)

    assert client.get(COMPOSE).status_code == 404


@pytest.mark.usefixtures("alice")
def test_the_archive_is_searched_by_text_target_and_recipient(
    sender: Client, draft: Draft, send_now: SendNow
) -> None:
    send_now(draft(subject_el="Συντήρηση", body_el="Κείμενο"))
    draft(Target(TargetKind.NODE, "node7", "athens"), subject_en="Node work")
    archive = reverse("notifications:archive")

    def found(**query: str) -> int:
        return len(parsed(markup(sender.get(archive, query))).select("tbody tr"))

    assert found() == 2
    assert found(q="Συντήρηση") == found(q="alice") == found(q="ALICE@example.org") == 1
    assert found(q="node7") == found(status="draft") == 1
    assert found(q="nothing") == found(status="failing") == 0


@pytest.mark.usefixtures("alice")
def test_a_notification_is_used_as_a_draft(
    sender: Client, draft: Draft, send_now: SendNow
) -> None:
    notification = draft()
    send_now(notification)

    response = sender.post(reverse("notifications:copy", args=[notification.pk]))

    copied = Notification.objects.get(status="draft")
    assert response.headers["Location"].endswith(f"/{copied.pk}/edit")
    assert copied.targets == notification.targets
    assert copied.body_en == notification.body_en


# -- a user's own


def test_owners_read_their_own_text_and_mark_it_as_read(
    client: Client, alice: User, bob: User, draft: Draft, send_now: SendNow
) -> None:
    notification = draft(Target(TargetKind.CLUSTER, "athens"))
    send_now(notification)
    to_bob = draft(Target(TargetKind.USER, "bob"))
    send_now(to_bob)
    client.force_login(alice)
    message = reverse("notifications:message", args=[notification.pk])

    listed = parsed(markup(client.get(reverse("notifications:inbox"))))
    assert text_of(listed.select_one(".inbox .unread a")) == "News for alice"
    assert "1 unread" in text_of(listed.select_one(".sidenav .badge-count"))
    page = text(markup(client.get(message)))
    assert "About mail1, old1, web1, web2 ." in page
    assert "web10" not in page
    hidden = reverse("notifications:message", args=[to_bob.pk])
    assert client.get(hidden).status_code == 404

    client.post(reverse("notifications:read", args=[notification.pk]))

    listed = parsed(markup(client.get(reverse("notifications:inbox"))))
    assert not listed.select(".inbox .unread")
    assert not listed.select(".sidenav .badge-count")
    assert Delivery.objects.filter(user=bob, read_at=None).count() == 2


def test_a_warm_page_needs_no_statement_for_the_count(
    client: Client, alice: User, published: FakeRapi, django_assert_num_queries: Any
) -> None:
    client.force_login(alice)
    history = reverse("auditlog:history")
    client.get(history)

    with django_assert_num_queries(4) as captured:
        client.get(history)
    assert not any(
        "notifications_" in query["sql"] for query in captured.captured_queries
    )


def test_the_list_of_a_user_takes_few_statements(
    client: Client,
    alice: User,
    draft: Draft,
    send_now: SendNow,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(5):
        send_now(draft())
    client.force_login(alice)
    client.get(reverse("notifications:inbox"))

    with django_assert_max_num_queries(6):
        client.get(reverse("notifications:inbox"))


def test_a_deleted_user_leaves_the_archive_as_it_was(
    sender: Client, alice: User, draft: Draft, send_now: SendNow
) -> None:
    notification = draft()
    send_now(notification)
    alice.delete()

    page = markup(sender.get(reverse("notifications:detail", args=[notification.pk])))

    assert "alice@example.org" in page
