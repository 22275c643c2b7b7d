"""Changing and resetting passwords."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.accounts import contact
from apps.accounts.models import Session
from apps.auditlog.models import AuditEntry
from tests.accounts.conftest import PASSWORD, link_in, location_of
from tests.conftest import Sent
from tests.ganeti.pages import markup, text

LOGIN = reverse("accounts:login")
RESET = reverse("accounts:password-reset")
RESET_SENT = reverse("accounts:password-reset-sent")
CHANGE = reverse("accounts:password-change")
HOME = reverse("auditlog:history")
NEW_PASSWORD = "quite another long password"
GOOD = {
    "old_password": PASSWORD,
    "new_password1": NEW_PASSWORD,
    "new_password2": NEW_PASSWORD,
}


def is_logged_in(client: Client) -> bool:
    return client.get(HOME).status_code == HTTPStatus.OK


def test_a_changed_password_ends_other_sessions_and_is_reported_by_mail(
    client: Client, alice: User, sent: Sent
) -> None:
    other = Client()
    client.force_login(alice)
    other.force_login(alice)

    answer = client.post(CHANGE, GOOD, follow=True)

    assert "Your password was changed" in text(markup(answer))
    assert is_logged_in(client)
    assert not is_logged_in(other)
    assert Session.objects.filter(user=alice).count() == 1
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
    (mail,) = sent()
    assert mail.to == [alice.email]
    assert "127.0.0.1" in mail.body
    assert AuditEntry.objects.get().action == "password-change"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"old_password": "wrong"}, "entered incorrectly"),
        ({"new_password1": "a", "new_password2": "a"}, "too short"),
        ({"new_password2": "different"}, "match"),
        ({"new_password1": "", "new_password2": ""}, "required"),
    ],
)
def test_a_refused_change_gives_the_reason(
    client: Client, alice: User, changes: dict[str, str], message: str
) -> None:
    client.force_login(alice)

    answer = client.post(CHANGE, {**GOOD, **changes})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert message in text(markup(answer))
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_forgotten_password_is_reset_by_a_one_time_link(
    client: Client, alice: User, sent: Sent
) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    assert location_of(client.post(RESET, {"email": "ALICE@example.org"})) == RESET_SENT
    link = link_in(sent, alice.email)

    form = client.get(link, follow=True)
    form_url = form.redirect_chain[-1][0]
    answer = client.post(
        form_url,
        {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD},
        follow=True,
    )

    assert "You can now log in" in text(markup(answer))
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
    assert not is_logged_in(elsewhere)
    assert sent()[-1].subject.endswith("Your password was changed")
    used = Client().get(link)
    assert used.status_code == HTTPStatus.GONE
    assert "This link no longer works" in text(markup(used))


def test_a_reset_ends_the_wait_after_wrong_passwords(
    client: Client, alice: User, sent: Sent
) -> None:
    login = reverse("accounts:login")
    for _ in range(5):
        client.post(login, {"username": "alice", "password": "wrong"})
    client.post(RESET, {"email": alice.email})
    form = client.get(link_in(sent, alice.email), follow=True)
    passwords = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    client.post(form.redirect_chain[-1][0], passwords)

    answer = client.post(login, {"username": "alice", "password": NEW_PASSWORD})

    assert answer.status_code == HTTPStatus.FOUND


@pytest.mark.django_db
def test_a_reset_does_not_reveal_whether_an_address_has_an_account(
    client: Client, alice: User, sent: Sent
) -> None:
    registered = client.post(RESET, {"email": alice.email}, follow=True)
    unregistered = client.post(RESET, {"email": "nobody@example.org"}, follow=True)

    assert registered.redirect_chain == unregistered.redirect_chain
    assert text(markup(registered)) == text(markup(unregistered))
    assert [mail.to for mail in sent()] == [[alice.email]]


def test_the_mail_is_in_the_language_of_its_reader(
    client: Client, alice: User, sent: Sent
) -> None:
    contact.remember_language(alice, "el")

    client.post(RESET, {"email": alice.email})

    assert '<html lang="el"' in sent()[0].alternatives[0].content  # type: ignore[attr-defined]


def test_a_deactivated_user_gets_no_link(
    client: Client, alice: User, sent: Sent
) -> None:
    User.objects.update(is_active=False)

    client.post(RESET, {"email": alice.email})

    assert sent() == []


def test_a_directory_user_is_told_that_the_password_is_elsewhere(
    client: Client, alice: User, sent: Sent
) -> None:
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)

    page = client.get(CHANGE)
    posted = client.post(CHANGE, {**GOOD, "old_password": ""})
    client.post(RESET, {"email": alice.email})

    assert page.status_code == posted.status_code == HTTPStatus.FORBIDDEN
    assert "Your password is managed elsewhere" in text(markup(page))
    (mail,) = sent()
    assert mail.subject.endswith("Your password is managed elsewhere")
    assert "/accounts/password/reset/" not in mail.body


@pytest.mark.usefixtures("no_rate_limits")
class AnyPasswordFormTest(TestCase):
    @given(
        st.dictionaries(
            st.sampled_from(sorted(GOOD)),
            st.text(st.characters(codec="utf-8"), max_size=300),
        )
    )
    def test_any_change_is_answered(self, posted: dict[str, str]) -> None:
        alice = User.objects.filter(username="alice").first()
        alice = alice or User.objects.create_user("alice", password=PASSWORD)
        self.client.force_login(alice)

        answer = self.client.post(CHANGE, {**GOOD, **posted})

        assert answer.status_code in {302, 400}

    @given(
        st.dictionaries(
            st.sampled_from(["username", "password", "next", "email"]),
            st.text(st.characters(codec="utf-8"), max_size=300),
        )
    )
    def test_any_login_is_answered(self, posted: dict[str, str]) -> None:
        for path in (LOGIN, RESET):
            answer = self.client.post(path, posted)

            assert answer.status_code in {200, 302, 400, 429}, path

    @given(
        st.text(st.characters(codec="utf-8"), max_size=300),
        st.text(st.characters(codec="utf-8"), max_size=300),
    )
    def test_any_new_password_is_answered(self, first: str, second: str) -> None:
        alice = User.objects.filter(username="alice").first()
        alice = alice or User.objects.create_user("alice", password=PASSWORD)
        number = urlsafe_base64_encode(force_bytes(alice.pk))
        token = default_token_generator.make_token(alice)
        path = reverse("accounts:password-reset-confirm", args=(number, token))
        form_url = self.client.get(path, follow=True).redirect_chain[-1][0]

        answer = self.client.post(
            form_url, {"new_password1": first, "new_password2": second}
        )

        assert answer.status_code in {200, 302, 400}


# -- the current password, and the administration's pages


def test_wrong_current_passwords_are_limited(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice)
    for _ in range(5):
        assert client.post(CHANGE, {**GOOD, "old_password": "x"}).status_code == 400
    monkeypatch.setattr(User, "check_password", pytest.fail)

    answer = client.post(CHANGE, GOOD)

    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "15 minutes" in text(markup(answer))


def test_a_right_current_password_resets_the_limit(client: Client, alice: User) -> None:
    client.force_login(alice)
    mismatch = {**GOOD, "new_password2": "different"}
    for _ in range(7):
        assert client.post(CHANGE, mismatch).status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_administration_has_no_password_page_of_its_own(
    client: Client, root: User, method: str
) -> None:
    client.force_login(root)

    answer = getattr(client, method)("/admin/password_change/", GOOD)

    assert location_of(answer) == (CHANGE if method == "get" else "")
    root.refresh_from_db()
    assert root.check_password(PASSWORD)


# Spellings of a number in addresses of the administration, where "_2B" is a "+".
SPELLINGS = pytest.mark.parametrize("spelled", ["{}", "0{}", "+{}", " {}", "_2B{}"])


@SPELLINGS
def test_a_password_set_by_staff_is_reported_and_recorded(
    client: Client, root: User, alice: User, sent: Sent, spelled: str
) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    client.force_login(root)

    client.post(
        reverse("admin:auth_user_password_change", args=[spelled.format(alice.pk)]),
        {
            "password1": NEW_PASSWORD,
            "password2": NEW_PASSWORD,
            "usable_password": "true",
        },
    )

    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
    (mail,) = sent()
    assert mail.to == [alice.email]
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.action, entry.target_name) == (
        root,
        "password-set",
        "alice",
    )
    assert not is_logged_in(elsewhere)
    assert is_logged_in(client)


@SPELLINGS
def test_staff_change_their_own_password_on_the_normal_page(
    client: Client, root: User, spelled: str
) -> None:
    client.force_login(root)

    answer = client.post(
        reverse("admin:auth_user_password_change", args=[spelled.format(root.pk)]),
        {
            "password1": NEW_PASSWORD,
            "password2": NEW_PASSWORD,
            "usable_password": "true",
        },
    )

    assert location_of(answer) == CHANGE
    root.refresh_from_db()
    assert root.check_password(PASSWORD)


def test_a_refused_password_of_staff_is_not_reported(
    client: Client, root: User, alice: User, sent: Sent
) -> None:
    client.force_login(root)

    client.post(
        reverse("admin:auth_user_password_change", args=[alice.pk]),
        {"password1": NEW_PASSWORD, "password2": "another", "usable_password": "true"},
    )

    assert sent() == []
    assert not AuditEntry.objects.exists()


# -- not too often


def test_resets_beyond_the_limit_get_the_same_answer_and_send_nothing(
    client: Client, alice: User, sent: Sent
) -> None:
    addresses = ["alice@example.org", "ALICE@example.org", "alice@EXAMPLE.org"]
    answers = [client.post(RESET, {"email": address}) for address in addresses * 3]

    assert {(answer.status_code, location_of(answer)) for answer in answers} == {
        (302, RESET_SENT)
    }
    assert len(sent()) == 3


def test_resets_from_one_network_are_limited_over_all_mailboxes(
    client: Client, alice: User, sent: Sent
) -> None:
    for number in range(30):
        user = User.objects.create_user(f"u{number}", f"u{number}@example.org", "x")
        origin = {"x-forwarded-for": f"2001:db8::{number}"}
        client.post(RESET, {"email": user.email}, headers=origin)

    assert len(sent()) == 20
