"""The pages where what cannot be undone is asked for, and what waits after that."""

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
from tests.ganeti.confirming import ask, newest_link
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


# -- what is spelled out


def test_a_destruction_spells_out_what_will_be_lost(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.change("web1", **{"disk.sizes": [10240, 20480], "disk.names": ["a", "b"]})
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    said = page(client, "destroy")

    for word in ("2 disks (30 GiB in total)", "disk 0 a , 10 GiB", "192.0.2.10"):
        assert word in said
    assert "This can't be undone" in said
    assert "alice@example.org" in said
    assert "No disks." not in said


def test_a_reinstall_offers_the_image_it_has_first(client: Client, alice: User) -> None:
    client.force_login(alice)

    said = page(client, "reinstall")

    assert "Debian 13 (current) Fedora 42" in said
    assert "The machine is started again afterwards." in said


def test_a_reinstall_without_images_says_so(
    client: Client, alice: User, settings: Settings
) -> None:
    settings.OPERATING_SYSTEMS = {}
    client.force_login(alice)

    assert "No images are currently available" in page(client, "reinstall")
    posted = client.post(url("reinstall"), {"typed_name": "web1", "image": ""})
    assert posted.status_code == HTTPStatus.BAD_REQUEST


def test_a_rename_explains_the_stop(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert "shut down, renamed and started again" in page(client, "rename")
    assert "The machine is stopped and stays stopped." in page(client, "rename", "web2")


def test_what_is_in_the_way_now_is_said_and_may_be_asked_for(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    client.post(url("reboot"))

    assert "can't be done now: Another job is already running" in page(
        client, "destroy"
    )
    ask(client, alice, "destroy")
    assert ActionRequest.objects.get().pending


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("name", "reason"), [("mail1", "locked by staff"), ("old1", "under maintenance")]
)
def test_a_lock_and_maintenance_are_explained_and_attempts_recorded(
    client: Client, alice: User, action: str, name: str, reason: str
) -> None:
    client.force_login(alice)

    seen = client.get(url(action, name))
    assert not AuditEntry.objects.exists()
    tried = client.post(url(action, name), {"typed_name": name, **VALID[action]})

    assert [seen.status_code, tried.status_code] == [403, 403]
    assert reason in text(markup(seen))
    assert reason in text(markup(tried))
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.refused, entry.target_name) == (action, True, name)
    assert not ActionRequest.objects.exists()


def test_renaming_tells_a_stranger_nothing(client: Client, carol: User) -> None:
    """Renaming a missing machine answered 500, an existing one 403: an oracle."""
    client.force_login(carol)
    wanted = {"typed_name": "x", "new_name": "shop.example.org"}

    answers = [client.post(url("rename", name), wanted) for name in ("web1", "none")]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_site_that_may_only_look_says_so(
    client: Client, alice: User, cluster: Cluster
) -> None:
    Cluster.objects.update(can_write=False)
    client.force_login(alice)

    answer = client.get(url("destroy"))

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "read-only access" in text(markup(answer))


# -- what is typed


@pytest.mark.parametrize("typed", ["", "web2", "web"])
def test_the_name_must_be_typed(client: Client, alice: User, typed: str) -> None:
    client.force_login(alice)

    answer = client.post(
        url("rename"), {"typed_name": typed, "new_name": "shop.example.org"}
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert 'value="shop.example.org"' in markup(answer), "what was typed is kept"
    assert not ActionRequest.objects.exists()


@pytest.mark.parametrize(
    ("new_name", "why"),
    [
        ("web1", "fully qualified domain name"),
        ("-x.example.org", "letters a to z"),
        ("taken.example.org", "in use"),
        ("wanted.example.org", "in use"),
        ("", "required"),
    ],
)
def test_a_new_name_must_be_a_name_and_free(
    client: Client,
    alice: User,
    cluster: Cluster,
    published: FakeRapi,
    monkeypatch: pytest.MonkeyPatch,
    new_name: str,
    why: str,
) -> None:
    published.add("taken.example.org")
    refreshing.refresh(cluster, force=True)
    spoken_for = [lambda name, _apart: name == "wanted.example.org"]
    monkeypatch.setattr(hostnames, "_sources", spoken_for)
    client.force_login(alice)

    answer = client.post(url("rename"), {"typed_name": "web1", "new_name": new_name})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert why in text(markup(answer))


@pytest.mark.parametrize("action", ACTIONS)
@given(data=st.data())
def test_whatever_is_posted_nothing_breaks(
    client: Client, alice: User, action: str, data: st.DataObject
) -> None:
    fields = ["typed_name", "new_name", "image", "next"]
    values = st.text(max_size=300) | st.sampled_from(
        ["web1", "debian", "a.example.org"]
    )
    posted = data.draw(st.dictionaries(st.sampled_from(fields), values))
    client.force_login(alice)

    answer = client.post(url(action), posted)

    assert answer.status_code in {302, 400}
    assert not Job.objects.exists()


@given(
    key=st.text(
        alphabet=st.characters(codec="utf-8", exclude_characters="/\n"), min_size=1
    )
)
def test_whatever_is_in_a_link_nothing_breaks(
    client: Client, alice: User, key: str
) -> None:
    client.force_login(alice)
    address = reverse("ganeti:request-confirm", args=(key, "destroy"))

    answers = [client.get(address), client.post(address, {"x": key})]

    assert {answer.status_code for answer in answers} == {404}


# -- what is mailed and recorded


def test_the_mail_is_in_the_persons_language(
    client: Client, alice: User, sent: Sent
) -> None:
    contact.remember_language(alice, "el")

    ask(client, alice, "destroy")

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
def test_the_mail_says_what_it_is_about_and_asking_is_recorded(
    client: Client, alice: User, sent: Sent, action: str, subject: str
) -> None:
    ask(client, alice, action, **VALID[action])

    assert sent()[-1].subject.endswith(subject)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id) == (f"ask_{action}", "uuid-of-web1")
    assert not Job.objects.exists()


def test_who_has_no_address_is_told(client: Client, alice: User) -> None:
    alice.email = ""
    alice.save()
    client.force_login(alice)

    answer = client.post(url("destroy"), {"typed_name": "web1"}, follow=True)

    assert "no email address" in notices(answer)[0]
    assert not ActionRequest.objects.exists()


# -- superusers


@pytest.mark.parametrize(("allowed", "jobs"), [(True, 1), (False, 0)])
def test_a_setting_lets_superusers_do_it_in_place(
    client: Client, root: User, settings: Settings, allowed: bool, jobs: int
) -> None:
    settings.CONFIRM_IN_PLACE = allowed

    ask(client, root, "destroy")

    assert Job.objects.count() == jobs
    assert ActionRequest.objects.pending().count() == 1 - jobs


def test_the_setting_is_for_nobody_else(
    client: Client, alice: User, settings: Settings
) -> None:
    settings.CONFIRM_IN_PLACE = True

    ask(client, alice, "destroy")

    assert not Job.objects.exists()


# -- what waits


def test_a_request_is_shown_to_who_asked_and_to_the_staff(
    client: Client, alice: User, olga: User
) -> None:
    ask(client, alice, "rename", new_name="shop.example.org")
    hers = page(client, "detail")
    client.force_login(olga)

    assert "you requested it" in hers
    assert "new name: shop.example.org" in hers
    assert "Cancel request" in hers
    assert "alice requested it" in page(client, "detail")
    listed = text(markup(client.get(LIST)))
    assert "alice Rename new name: shop.example.org web1" in listed
    assert "Cancel request" not in listed


def test_another_owner_does_not_see_it(
    client: Client, alice: User, bob: User, cluster: Cluster, published: FakeRapi
) -> None:
    both = ["ganetimgr:user:alice", "ganetimgr:user:bob"]
    published.change("web1", tags=both)
    refreshing.refresh(cluster, force=True)
    ask(client, alice, "destroy")
    client.force_login(bob)

    assert "requested it" not in page(client, "detail")


def test_it_is_taken_back_once(client: Client, alice: User, sent: Sent) -> None:
    ask(client, alice, "destroy")
    cancel = reverse("ganeti:request-cancel", args=(ActionRequest.objects.get().pk,))

    first = client.post(cancel, {"next": url("detail")}, follow=True)
    second = client.post(cancel, follow=True)

    assert "cancelled" in notices(first)[-1]
    assert "no longer pending" in notices(second)[-1]
    assert client.post(newest_link(sent)).status_code == HTTPStatus.GONE
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["ask_destroy", "cancel_destroy"]


def test_the_buttons_stand_apart_with_the_reason_when_off(
    client: Client, alice: User, olga: User
) -> None:
    client.force_login(alice)
    hers = markup(client.get(url("detail")))
    client.force_login(olga)
    olgas = text(markup(client.get(url("detail"))))

    for action in ACTIONS:
        assert f'href="{url(action)}"' in hers
    assert "btn-outline-danger" in hers
    assert olgas.count("You can view this machine but not manage it.") > 1
