"""Pages: compose, check and send."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from apps.mails.models import Mail
from apps.notifications import zones
from apps.notifications.models import Delivery, Notification
from apps.notifications.targets import Target, TargetKind
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, parsed, text, text_of
from tests.notifications.conftest import Draft
from tests.notifications.pages import FIELDS, WEB1

COMPOSE = "/notifications/new"
NESTED = "a\n:   b\n" * 800
HTMX = {"HX-Request": "true"}


def chosen(page: str) -> list[str]:
    inputs = parsed(page).select("input[name=target]")
    return [str(element["value"]) for element in inputs]


def field_errors(page: str) -> list[str]:
    return [text_of(error) for error in parsed(page).select(".field-error")]


def digest(page: str) -> str:
    [field] = parsed(page).select("input[name=digest]")
    return str(field["value"])


# -- compose


def test_targets_are_found_as_one_types(
    sender: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    address = reverse("notifications:targets")

    found = parsed(markup(sender.get(address, {"q": "web1"}, headers=HTMX)))

    values = [button["value"] for button in found.select("button[name=add]")]
    assert values == [WEB1, "instance:athens:web10"]
    for q, value in (
        ("node1", "node:athens:node1"),
        ("athen", "cluster::athens"),
        ("ali", "user::alice"),
        ("defau", "node_group:athens:default"),
    ):
        assert f'value="{value}"' in markup(sender.get(address, {"q": q})), q
    assert "At least 2 letters" in text(markup(sender.get(address, {"q": "w"})))
    assert "Nothing found" in text(markup(sender.get(address, {"q": "nothing"})))


def test_results_are_bounded(
    sender: Client, published: FakeRapi, cluster: Cluster
) -> None:
    for number in range(20):
        published.add(f"many{number}")
        User.objects.create_user(f"many{number}")
    assert refreshing.refresh(cluster, force=True)

    found = markup(sender.get(reverse("notifications:targets"), {"q": "many"}))

    assert found.count("<li>") == 16


def test_without_javascript_targets_are_searched_added_and_removed(
    sender: Client,
) -> None:
    typed = {**FIELDS, "target": [], "subject_el": "Νέα", "q": "web1"}

    searched = markup(sender.post(COMPOSE, {**typed, "find": "yes"}))
    assert f'value="{WEB1}"' in searched
    assert 'value="Νέα"' in searched
    added = markup(sender.post(COMPOSE, {**typed, "add": WEB1}))
    assert chosen(added) == [WEB1]
    assert 'value="Νέα"' in added
    two = [WEB1, "everybody::"]
    removed = markup(sender.post(COMPOSE, {**typed, "target": two, "remove": WEB1}))
    assert chosen(removed) == ["everybody::"]
    assert not Notification.objects.exists()


def test_with_htmx_only_the_targets_are_swapped(sender: Client) -> None:
    page = markup(sender.post(COMPOSE, {**FIELDS, "add": "user::bob"}, headers=HTMX))

    assert page.lstrip().startswith("<fieldset")
    assert chosen(page) == [WEB1, "user::bob"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"subject_en": ""}, "A language needs both a subject and a text."),
        ({"subject_en": "", "body_en": ""}, "Write a subject and a text"),
        ({"subject_el": "Νέα"}, "A language needs both a subject and a text."),
        ({"subject_en": "a\nBcc: x@example.org"}, "Line breaks and control"),
        ({"ends_at": "2026-12-01T10:00"}, "Enter when the maintenance starts."),
        (
            {"starts_at": "2026-12-01T10:00", "ends_at": "2026-12-01T09:00"},
            "The end must be after the start.",
        ),
        ({"body_en": NESTED}, "nested too deeply"),
        ({"body_en": "x" * 10_001}, "at most 10000"),
    ],
)
def test_invalid_input_is_named_at_its_field(
    sender: Client, changes: dict[str, str], error: str
) -> None:
    response = sender.post(COMPOSE, {**FIELDS, **changes})

    assert response.status_code == 400
    assert any(error in each for each in field_errors(markup(response)))
    assert not Notification.objects.exists()


def test_a_notification_needs_a_target(sender: Client) -> None:
    response = sender.post(COMPOSE, {**FIELDS, "target": ["nonsense", "node::x"]})

    assert response.status_code == 400
    assert "Choose at least one recipient." in text(markup(response))


def test_a_placeholder_that_is_none_is_hinted_at(sender: Client, draft: Draft) -> None:
    notification = draft(body_en="{{ machines }} {% debug %}")

    for view in ("edit", "review"):
        page = markup(
            sender.get(reverse(f"notifications:{view}", args=[notification.pk]))
        )
        [hint] = parsed(page).select(".hint")
        assert "{{ machines }}" in text_of(hint)
        assert "{% debug %}" in text_of(hint)


def test_a_maintenance_notice_is_prefilled(sender: Client) -> None:
    query = {"kind": "node", "cluster": "athens", "name": "node1"}

    page = markup(sender.get(COMPOSE, query))

    assert chosen(page) == ["node:athens:node1"]
    assert "Maintenance of node1" in page
    assert parsed(page).select("input[type=datetime-local]")
    group = markup(sender.get(COMPOSE, {**query, "kind": "node_group"}))
    assert "Maintenance of node group node1 of cluster athens" in group


def test_pages_of_targets_lead_to_a_notification(
    sender: Client, client: Client, alice: User, bob: User, olga: User
) -> None:
    node = reverse("ganeti:node-detail", args=["athens", "node1"])
    cluster = reverse("ganeti:cluster-detail", args=["athens"])
    page = parsed(markup(sender.get(cluster)))
    links = [str(link["href"]) for link in page.select("a[href*='/new?kind=']")]
    assert [chosen(markup(sender.get(link))) for link in links] == [
        ["cluster::athens"],
        ["node_group:athens:default"],
        ["node_group:athens:spare"],
    ]
    for address, target in (
        (node, "node:athens:node1"),
        (reverse("ganeti:user-info", args=["alice"]), "user::alice"),
        (reverse("ganeti:group-info", args=["staff"]), "group::staff"),
    ):
        [link] = parsed(markup(sender.get(address))).select("a[href*='/new?kind=']")
        assert chosen(markup(sender.get(str(link["href"])))) == [target]

    client.force_login(olga)
    without = client.get(reverse("ganeti:user-info", args=["alice"]))
    assert "/new?kind=" not in markup(without)


def test_times_are_written_and_read_in_ones_own_zone(
    sender: Client, alice: User
) -> None:
    zone = reverse("notifications:set-zone")
    assert "saved" in notices(sender.post(zone, {"zone": "Asia/Tokyo"}, follow=True))[0]
    assert sender.post(zone, {"zone": "x"}).status_code == 400
    assert "Asia/Tokyo" in text(markup(sender.get(reverse("notifications:inbox"))))
    zones.choose(alice, "Europe/Athens")

    times = {"starts_at": "2026-12-01T10:00", "ends_at": "2026-12-01T11:00"}
    response = sender.post(COMPOSE, {**FIELDS, **times})
    notification = Notification.objects.get()
    edit = markup(sender.get(reverse("notifications:edit", args=[notification.pk])))

    assert 'value="2026-12-01T10:00"' in edit
    assert "Time zone: Asia/Tokyo" in text(edit)
    review = markup(sender.get(response.headers["Location"]))
    assert "Dec. 1, 2026, 03:00 to 04:00 EET" in text(review)


def test_a_draft_is_edited_and_deleted(sender: Client, draft: Draft) -> None:
    notification = draft()
    edit = reverse("notifications:edit", args=[notification.pk])
    assert "News for {{ user }}" in markup(sender.get(edit))

    sender.post(edit, {**FIELDS, "starts_at": "2026-12-01T10:00"})
    notification.refresh_from_db()
    assert notification.subject_en == "Maintenance"
    assert notification.starts_at is not None

    sender.post(reverse("notifications:delete", args=[notification.pk]))
    assert not Notification.objects.exists()


# -- check and send


@pytest.mark.usefixtures("alice")
def test_what_was_shown_is_sent_once(
    sender: Client, write_letters: Callable[[], int]
) -> None:
    response = sender.post(COMPOSE, FIELDS)
    review = response.headers["Location"]
    page = markup(sender.get(review))
    assert "alice@example.org" in page
    assert "Your machines: web1" in text(page)
    send = review.replace("/review", "/send")
    shown = {"digest": digest(page)}

    first, second = sender.post(send, shown), sender.post(send, shown)

    assert first.headers["Location"] == second.headers["Location"]
    write_letters()
    assert Mail.objects.count() == Delivery.objects.count() == 1


def test_a_preview_is_as_the_chosen_recipient_sees_it(
    sender: Client, draft: Draft, alice: User, bob: User
) -> None:
    notification = draft(
        Target(TargetKind.CLUSTER, "athens"), body_en="*{{ user }}* {{ instances }}"
    )
    review = reverse("notifications:review", args=[notification.pk])

    preview = parsed(markup(sender.get(review, {"reader": "bob"}))).select_one(
        "#preview"
    )

    assert preview is not None
    assert "<em>bob</em> web10" in str(preview.select_one(".written"))
    assert "*bob* web10" in text_of(preview.select_one("pre"))


def test_recipients_are_listed_with_reasons_and_those_without(
    sender: Client, draft: Draft, alice: User, bob: User
) -> None:
    notification = draft(Target(TargetKind.CLUSTER, "athens"))
    review = reverse("notifications:review", args=[notification.pk])

    page = parsed(markup(sender.get(review)))

    rows = [text_of(row) for row in page.select("#list tbody tr")]
    assert rows[0].startswith("alice alice@example.org cluster athens")
    assert rows[1].startswith("bob bob@example.org cluster athens as member of staff")
    assert "dave Unknown user db1" in text_of(
        page.select_one("[aria-labelledby=excluded]")
    )
    only_bob = parsed(markup(sender.get(review, {"q": "web10"})))
    assert len(only_bob.select("#list tbody tr")) == 1


@pytest.mark.usefixtures("alice", "bob")
def test_changed_recipients_are_not_sent_to_but_shown(
    sender: Client, draft: Draft, published: FakeRapi, cluster: Cluster
) -> None:
    notification = draft()
    review = reverse("notifications:review", args=[notification.pk])
    shown = {"digest": digest(markup(sender.get(review)))}
    published.change("web1", tags=["ganetimgr:group:staff"])
    assert refreshing.refresh(cluster, force=True)

    send = reverse("notifications:send", args=[notification.pk])
    response = sender.post(send, shown, follow=True)

    assert "Nothing was sent" in notices(response)[0]
    assert "bob@example.org" in markup(response)
    assert not Delivery.objects.exists()
