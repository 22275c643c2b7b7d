"""Forms of irreversible actions, and their pending requests."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.accounts import contact
from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster, Job
from apps.ganeti.models.action_request import ActionRequest
from apps.ganeti.reads import hostnames
from apps.ganeti.state import refreshing
from tests.conftest import Sent
from tests.ganeti.confirming import newest_link, request_action
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text, url

pytestmark = pytest.mark.usefixtures("images", "published")
ACTIONS = ("reinstall", "rename", "destroy")
LIST = reverse("ganeti:request-list")
VALID = {
    "reinstall": {"image": "fedora"},
    "rename": {"new_name": "shop.example.org"},
    "destroy": {},
}


def page(client: Client, action: str, name: str = "web1") -> str:
    return text(markup(client.get(url(action, name))))


# -- the forms


def test_the_destroy_page_shows_disks_and_addresses(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.change("web1", **{"disk.sizes": [10240, 20480], "disk.names": ["a", "b"]})
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    page_text = page(client, "destroy")

    for word in ("2 disks (30 GiB in total)", "disk 0 a , 10 GiB", "192.0.2.10"):
        assert word in page_text
    assert "This can't be undone" in page_text
    assert "alice@example.org" in page_text
    assert "No disks." not in page_text


def test_the_reinstall_page_offers_the_current_image_first(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    page_text = page(client, "reinstall")

    assert "Debian 13 (current) Fedora 42" in page_text
    assert "The machine is started again afterwards." in page_text


def test_the_reinstall_page_explains_missing_images(
    client: Client, alice: User, settings: Settings
) -> None:
    settings.OPERATING_SYSTEMS = {}
    client.force_login(alice)

    assert "No images are currently available" in page(client, "reinstall")
    response = client.post(url("reinstall"), {"typed_name": "web1", "image": ""})
    assert response.status_code == HTTPStatus.BAD_REQUEST


def test_the_rename_page_explains_the_shutdown(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert "shut down, renamed and started again" in page(client, "rename")
    assert "The machine is stopped and stays stopped." in page(client, "rename", "web2")


def test_a_busy_machine_is_reported_and_the_action_may_be_requested(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    client.post(url("reboot"))

    assert "can't be done now: Another job is already running" in page(
        client, "destroy"
    )
    request_action(client, alice, "destroy")
    assert ActionRequest.objects.get().pending


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("name", "reason"), [("mail1", "locked by staff"), ("old1", "under maintenance")]
)
def test_lock_and_maintenance_are_explained_and_posts_recorded(
    client: Client, alice: User, action: str, name: str, reason: str
) -> None:
    client.force_login(alice)

    get_response = client.get(url(action, name))
    assert not AuditEntry.objects.exists()
    post_response = client.post(
        url(action, name), {"typed_name": name, **VALID[action]}
    )

    assert [get_response.status_code, post_response.status_code] == [403, 403]
    assert reason in text(markup(get_response))
    assert reason in text(markup(post_response))
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.refused, entry.target_name) == (action, True, name)
    assert not ActionRequest.objects.exists()


def test_a_stranger_cannot_tell_hidden_from_missing_machines(
    client: Client, carol: User
) -> None:
    """Renaming a missing machine answered 500, an existing one 403."""
    client.force_login(carol)
    fields = {"typed_name": "x", "new_name": "shop.example.org"}

    responses = [client.post(url("rename", name), fields) for name in ("web1", "none")]

    assert [response.status_code for response in responses] == [404, 404]


def test_read_only_access_is_explained(
    client: Client, alice: User, cluster: Cluster
) -> None:
    Cluster.objects.update(can_write=False)
    client.force_login(alice)

    response = client.get(url("destroy"))

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "read-only access" in text(markup(response))


# -- typed values


@pytest.mark.parametrize("typed", ["", "web2", "web"])
def test_the_machines_name_must_be_typed(
    client: Client, alice: User, typed: str
) -> None:
    client.force_login(alice)

    response = client.post(
        url("rename"), {"typed_name": typed, "new_name": "shop.example.org"}
    )

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert 'value="shop.example.org"' in markup(response), "what was typed is kept"
    assert not ActionRequest.objects.exists()


@pytest.mark.parametrize(
    ("new_name", "reason"),
    [
        ("web1", "fully qualified domain name"),
        ("-x.example.org", "letters a to z"),
        ("taken.example.org", "in use"),
        ("wanted.example.org", "in use"),
        ("", "required"),
    ],
)
def test_a_new_name_must_be_valid_and_unused(
    client: Client,
    alice: User,
    cluster: Cluster,
    published: FakeRapi,
    monkeypatch: pytest.MonkeyPatch,
    new_name: str,
    reason: str,
) -> None:
    published.add("taken.example.org")
    refreshing.refresh(cluster, force=True)
    sources = [lambda name, _apart: name == "wanted.example.org"]
    monkeypatch.setattr(hostnames, "_sources", sources)
    client.force_login(alice)

    response = client.post(url("rename"), {"typed_name": "web1", "new_name": new_name})

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert reason in text(markup(response))


@pytest.mark.parametrize("action", ACTIONS)
@given(data=st.data())
def test_arbitrary_posts_are_handled(
    client: Client, alice: User, action: str, data: st.DataObject
) -> None:
    fields = ["typed_name", "new_name", "image", "next"]
    values = st.text(max_size=300) | st.sampled_from(
        ["web1", "debian", "a.example.org"]
    )
    typed = data.draw(st.dictionaries(st.sampled_from(fields), values))
    client.force_login(alice)

    response = client.post(url(action), typed)

    assert response.status_code in {302, 400}
    assert not Job.objects.exists()


@given(
    key=st.text(
        alphabet=st.characters(codec="utf-8", exclude_characters="/\n"), min_size=1
    )
)
def test_arbitrary_links_are_not_found(client: Client, alice: User, key: str) -> None:
    client.force_login(alice)
    address = reverse("ganeti:request-confirm", args=(key, "destroy"))

    responses = [client.get(address), client.post(address, {"x": key})]

    assert {response.status_code for response in responses} == {404}


# -- mail and audit entry


def test_the_mail_is_in_the_users_language(
    client: Client, alice: User, sent: Sent
) -> None:
    contact.remember_language(alice, "el")

    request_action(client, alice, "destroy")

    mail = sent()[-1]
    assert mail.to == ["alice@example.org"]
    assert "web1" in mail.subject
    assert "Confirm" not in mail.subject
    assert newest_link(sent)


@pytest.mark.parametrize(
    ("action", "subject"),
    [
        ("reinstall", "Confirm: reinstall web1"),
        ("rename", "Confirm: rename web1 to shop.example.org"),
        ("destroy", "Confirm: destroy web1"),
    ],
)
def test_the_mail_names_the_action_and_the_request_is_recorded(
    client: Client, alice: User, sent: Sent, action: str, subject: str
) -> None:
    request_action(client, alice, action, **VALID[action])

    assert sent()[-1].subject.endswith(subject)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id) == (f"ask_{action}", "uuid-of-web1")
    assert not Job.objects.exists()


def test_a_user_without_mail_address_is_told(client: Client, alice: User) -> None:
    alice.email = ""
    alice.save()
    client.force_login(alice)

    response = client.post(url("destroy"), {"typed_name": "web1"}, follow=True)

    assert "no email address" in notices(response)[0]
    assert not ActionRequest.objects.exists()


# -- superusers


@pytest.mark.parametrize(("allowed", "jobs"), [(True, 1), (False, 0)])
def test_a_setting_lets_superusers_confirm_in_place(
    client: Client, root: User, settings: Settings, allowed: bool, jobs: int
) -> None:
    settings.CONFIRM_IN_PLACE = allowed

    request_action(client, root, "destroy")

    assert Job.objects.count() == jobs
    assert ActionRequest.objects.pending().count() == 1 - jobs


def test_the_setting_does_not_apply_to_owners(
    client: Client, alice: User, settings: Settings
) -> None:
    settings.CONFIRM_IN_PLACE = True

    request_action(client, alice, "destroy")

    assert not Job.objects.exists()


# -- pending requests


def test_a_request_is_shown_to_requester_and_staff(
    client: Client, alice: User, olga: User
) -> None:
    request_action(client, alice, "rename", new_name="shop.example.org")
    owner_text = page(client, "detail")
    client.force_login(olga)

    assert "you requested it" in owner_text
    assert "new name: shop.example.org" in owner_text
    assert "Cancel request" in owner_text
    assert "alice requested it" in page(client, "detail")
    list_text = text(markup(client.get(LIST)))
    assert "alice Rename new name: shop.example.org web1" in list_text
    assert "Cancel request" not in list_text


def test_another_owner_does_not_see_the_request(
    client: Client, alice: User, bob: User, cluster: Cluster, published: FakeRapi
) -> None:
    tags = ["ganetimgr:user:alice", "ganetimgr:user:bob"]
    published.change("web1", tags=tags)
    refreshing.refresh(cluster, force=True)
    request_action(client, alice, "destroy")
    client.force_login(bob)

    assert "requested it" not in page(client, "detail")


def test_a_request_is_cancelled_once(client: Client, alice: User, sent: Sent) -> None:
    request_action(client, alice, "destroy")
    cancel = reverse("ganeti:request-cancel", args=(ActionRequest.objects.get().pk,))

    first = client.post(cancel, {"next": url("detail")}, follow=True)
    second = client.post(cancel, follow=True)

    assert "cancelled" in notices(first)[-1]
    assert "no longer pending" in notices(second)[-1]
    assert client.post(newest_link(sent)).status_code == HTTPStatus.GONE
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["ask_destroy", "cancel_destroy"]


def test_buttons_are_off_with_the_reason_for_viewers(
    client: Client, alice: User, olga: User
) -> None:
    client.force_login(alice)
    owner_page = markup(client.get(url("detail")))
    client.force_login(olga)
    viewer_text = text(markup(client.get(url("detail"))))

    for action in ACTIONS:
        assert f'href="{url(action)}"' in owner_page
    assert "btn-outline-danger" in owner_page
    assert viewer_text.count("You can view this machine but not manage it.") > 1
