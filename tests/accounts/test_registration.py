"""Registration: the form, the confirmation and the decision."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import Settings

from apps.accounts import contact
from apps.accounts.models import (
    Organization,
    RegistrationDecision,
    UnconfirmedRegistration,
)
from apps.accounts.services import registration
from apps.auditlog.models import AuditEntry
from apps.auditlog.target import TargetKind
from apps.mails.models import Mail
from tests.accounts.conftest import PASSWORD, link_in, location_of
from tests.accounts.registering import CHOSEN_PASSWORD, GOOD, NINA, REGISTER, REGISTERED
from tests.conftest import Sent
from tests.ganeti.pages import markup, text


@pytest.fixture(autouse=True)
def admins(settings: Settings, db: None) -> None:
    settings.ADMINS = [("Ada", "ada@example.org")]


@pytest.fixture
def link(client: Client, sent: Sent) -> str:
    """Register Nina, and return the link to confirm."""
    client.post(REGISTER, GOOD)
    return link_in(sent, NINA)


@pytest.fixture
def decision_url(client: Client, link: str, sent: Sent, root: User) -> str:
    """Confirm Nina's registration and log in root; return the link to decide."""
    client.post(link, CHOSEN_PASSWORD)
    client.force_login(root)
    return link_in(sent, "ada@example.org")


def test_registration_from_form_to_login(
    client: Client, sent: Sent, root: User
) -> None:
    organization = Organization.objects.create(title="Acme", tag="acme")
    assert (
        location_of(client.post(REGISTER, {**GOOD, "organization": organization.pk}))
        == REGISTERED
    )
    assert not User.objects.filter(username="nina").exists()

    link = link_in(sent, NINA)
    assert "Confirm your email address" in text(markup(client.get(link)))
    assert "is confirmed" in text(
        markup(client.post(link, CHOSEN_PASSWORD, follow=True))
    )
    nina = User.objects.get(username="nina")
    assert not nina.is_active
    assert (nina.email, nina.profile.organization) == (NINA, organization)

    by_root = Client()
    by_root.force_login(root)
    page = link_in(sent, "ada@example.org")
    assert "Nina Newton" in text(markup(by_root.get(page)))
    answer = by_root.post(page, {"decision": "approve"}, follow=True)
    assert "The account of nina was approved" in text(markup(answer))

    sign_in = {"username": "nina", "password": PASSWORD}
    assert link_in(sent, NINA) == reverse("accounts:login")
    assert client.post(reverse("accounts:login"), sign_in).status_code == 302
    entry = AuditEntry.objects.get()
    assert entry.action == registration.APPROVED
    assert (entry.target_kind, entry.detail) == (TargetKind.USER, "")
    assert entry.target_id == str(User.objects.get(username=entry.target_name).pk)


def test_following_the_link_changes_nothing_until_it_is_confirmed(
    client: Client, link: str, sent: Sent
) -> None:
    """Regression: GET confirmed."""
    client.get(link)
    client.head(link)

    assert "Confirm your email address" in text(markup(client.get(link)))
    assert all("ada@example.org" not in mail.to for mail in sent())


def test_confirming_twice_tells_the_administrators_once(
    client: Client, link: str, sent: Sent
) -> None:
    client.post(link, CHOSEN_PASSWORD)
    client.post(link, CHOSEN_PASSWORD)

    assert sum("ada@example.org" in mail.to for mail in sent()) == 1


def test_login_is_refused_before_the_approval(client: Client, link: str) -> None:
    client.post(link, CHOSEN_PASSWORD)

    answer = client.post(
        reverse("accounts:login"), {"username": "nina", "password": PASSWORD}
    )

    assert "Incorrect user name or password" in text(markup(answer))


@pytest.mark.parametrize("email", ["alice@example.org", "ALICE@Example.ORG"])
def test_an_address_with_an_account_gets_the_same_answer_and_its_owner_a_mail(
    client: Client, alice: User, sent: Sent, email: str
) -> None:
    registered = client.post(REGISTER, {**GOOD, "email": email})
    unregistered = client.post(REGISTER, {**GOOD, "username": "nora"})

    assert location_of(registered) == location_of(unregistered) == REGISTERED
    assert User.objects.filter(email__iexact=email).get() == alice
    mails = [mail for mail in sent() if alice.email in mail.to]
    assert [mail.subject for mail in mails] == [
        "[ganetimgr] You already have an account"
    ]
    assert reverse("accounts:password-reset") in str(mails[0].body)


def test_an_address_pending_approval_gets_the_same_answer(
    client: Client, link: str, sent: Sent
) -> None:
    client.post(link, CHOSEN_PASSWORD)

    answer = client.post(REGISTER, {**GOOD, "username": "nina2"})

    assert location_of(answer) == REGISTERED
    assert not User.objects.filter(username="nina2").exists()


def test_confirming_one_registration_of_an_address_invalidates_the_others(
    client: Client, link: str, sent: Sent
) -> None:
    client.post(REGISTER, {**GOOD, "username": "nina2", "email": "NINA@EXAMPLE.org"})
    second = link_in(sent, "NINA@example.org")

    for page, name in ((link, "nina"), (second, "nina2")):
        assert f"User name {name} " in text(markup(client.get(page)))
    client.post(link, CHOSEN_PASSWORD)

    assert "This link is invalid" in text(markup(client.get(second)))
    client.post(second, CHOSEN_PASSWORD)
    assert not User.objects.filter(username="nina2").exists()


def test_the_password_is_chosen_at_confirmation(client: Client, sent: Sent) -> None:
    client.post(REGISTER, {**GOOD, "password": "theirs", "password_again": "theirs"})

    client.post(link_in(sent, NINA), CHOSEN_PASSWORD)

    assert User.objects.get(username="nina").check_password(PASSWORD)


def test_registering_leaves_the_same_rows_whether_the_address_is_known(
    client: Client, alice: User
) -> None:
    client.post(REGISTER, {**GOOD, "username": "one", "email": alice.email})
    client.post(REGISTER, {**GOOD, "username": "two", "email": "free@example.org"})

    usernames = UnconfirmedRegistration.objects.values_list("username", flat=True)
    assert sorted(usernames) == ["one", "two"]
    for name in ("one", "TWO"):
        answer = client.post(
            REGISTER, {**GOOD, "username": name, "email": "other@example.org"}
        )
        assert "This user name is taken" in text(markup(answer))


def test_an_account_that_got_the_name_or_address_meanwhile_keeps_it(
    client: Client, link: str
) -> None:
    taken = User.objects.create_user("someone", NINA.upper())

    by_address = client.post(link, CHOSEN_PASSWORD)
    taken.delete()
    taken = User.objects.create_user("Nina", "other@example.org")
    by_name = client.post(link, CHOSEN_PASSWORD)

    for answer in (by_address, by_name):
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert "has been registered in the meantime" in text(markup(answer))
    assert User.objects.get() == taken


@pytest.mark.parametrize(
    ("password", "password_again", "message"),
    [
        ("a", "a", "too short"),
        ("1234567890123", "1234567890123", "entirely numeric"),
        ("password", "password", "too common"),
        ("nina@example", "nina@example", "too similar"),
        (PASSWORD, "another one", "The passwords don't match"),
    ],
)
def test_a_bad_password_is_refused_at_its_field(
    client: Client, link: str, password: str, password_again: str, message: str
) -> None:
    """Regression: "a" was accepted."""
    answer = client.post(link, {"password": password, "password_again": password_again})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert message in text(markup(answer))
    assert PASSWORD not in markup(answer)
    assert not User.objects.filter(username="nina").exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("username", "Alice", "This user name is taken"),
        ("username", "νίνα", "valid username"),
        ("username", "x" * 65, "at most 64"),
        ("email", "nobody", "name@example.org"),
        ("email", "a\u200b@b.org", "invisible character"),
        ("email", "a@b\u200bc.org", "invisible character"),
        ("email", "a@b\u00adc.org", "invisible character"),
        ("username", "..", "Names can't be"),
        ("username", ".", "Names can't be"),
        ("terms", "", "You must accept the terms of service"),
        ("first_name", "", "required"),
    ],
)
@pytest.mark.usefixtures("alice")
def test_errors_are_shown_at_their_fields_and_input_is_kept(
    client: Client, field: str, value: str, message: str
) -> None:
    answer = client.post(REGISTER, {**GOOD, field: value})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert message in text(markup(answer))
    assert 'value="Newton"' in markup(answer)
    assert not UnconfirmedRegistration.objects.exists()


def test_an_expired_link_says_so_and_frees_the_name(client: Client, link: str) -> None:
    UnconfirmedRegistration.objects.update(
        registered_at=timezone.now() - timedelta(days=10, seconds=1)
    )

    answer = client.get(link)
    client.post(link, CHOSEN_PASSWORD)

    assert answer.status_code == HTTPStatus.GONE
    assert "This link has expired" in text(markup(answer))
    assert not User.objects.filter(username="nina").exists()
    assert location_of(client.post(REGISTER, GOOD)) == REGISTERED


@pytest.mark.parametrize("key", ["f" * 64, "nothing", "%00", "é" * 200])
def test_an_invalid_link_is_explained(client: Client, key: str) -> None:
    answer = client.get(f"/accounts/activate/{key}/")

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "This link is invalid" in text(markup(answer))


def test_a_rejected_applicant_is_mailed_the_reason_and_deleted(
    client: Client, decision_url: str, link: str, sent: Sent
) -> None:
    answer = client.post(
        decision_url, {"decision": "refuse", "reason": "Not <ours>."}, follow=True
    )

    assert "rejected" in text(markup(answer))
    assert not User.objects.filter(username="nina").exists()
    (mail,) = [mail for mail in sent() if "rejected" in mail.subject]
    assert mail.to == [NINA]
    assert "Not <ours>." in mail.body
    answer = client.get(link)
    assert answer.status_code == HTTPStatus.GONE
    assert "This registration was rejected" in text(markup(answer))


def test_a_decision_cannot_be_reversed(
    client: Client, decision_url: str, sent: Sent
) -> None:
    client.post(decision_url, {"decision": "approve"})
    answer = client.post(decision_url, {"decision": "refuse"}, follow=True)

    assert "Nothing was done" in text(markup(answer))
    assert User.objects.get(username="nina").is_active
    assert RegistrationDecision.objects.get().approved
    assert sum(mail.subject.endswith("is ready") for mail in sent()) == 1


def test_approving_again_does_not_reactivate_a_user(
    client: Client, decision_url: str
) -> None:
    client.post(decision_url, {"decision": "approve"})
    User.objects.filter(username="nina").update(is_active=False)

    client.post(decision_url, {"decision": "approve"})

    assert not User.objects.get(username="nina").is_active


def test_looking_at_a_registration_decides_nothing(
    client: Client, decision_url: str
) -> None:
    client.get(decision_url + "?decision=approve")

    assert not RegistrationDecision.objects.exists()


def test_only_superusers_decide(client: Client, decision_url: str, alice: User) -> None:
    alice.is_staff = True
    alice.save()
    client.force_login(alice)

    for answer in (
        client.get(decision_url),
        client.post(decision_url, {"decision": "approve"}),
    ):
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert NINA not in markup(answer)
    assert not RegistrationDecision.objects.exists()


@pytest.mark.parametrize("number", [0, 4711, 10**30])
def test_a_wrong_link_to_decide_is_explained(
    client: Client, root: User, number: int
) -> None:
    client.force_login(root)

    answer = client.get(f"/accounts/approve/{number}/")

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "This registration doesn't exist" in text(markup(answer))


def test_pending_registrations_are_listed(client: Client, decision_url: str) -> None:
    page = markup(client.get(reverse("accounts:applicants")))

    assert decision_url in page
    client.post(decision_url, {"decision": "approve"})
    assert "No pending registrations" in markup(
        client.get(reverse("accounts:applicants"))
    )


def test_the_language_of_the_registration_is_kept(client: Client, sent: Sent) -> None:
    client.post(REGISTER, GOOD, headers={"accept-language": "el"})
    client.post(link_in(sent, NINA), CHOSEN_PASSWORD)

    nina = User.objects.get(username="nina")
    assert contact.language_of(nina) == "el"


def test_the_text_of_a_sent_link_is_not_kept(link: str, sent: Sent) -> None:
    assert link not in "".join(Mail.objects.values_list("text", flat=True))


def test_a_forgotten_password_sends_the_confirmation_again(
    client: Client, link: str, sent: Sent
) -> None:
    client.post(reverse("accounts:password-reset"), {"email": NINA})

    mails = [mail for mail in sent() if NINA in mail.to]
    assert len(mails) == 2
    assert link_in(sent, NINA) == link


def test_the_key_of_a_link_is_not_stored(link: str) -> None:
    key = link.split("/")[-2]

    (row,) = UnconfirmedRegistration.objects.values()
    assert key not in str(row)


def test_a_reset_during_review_says_so_by_mail(
    client: Client, link: str, sent: Sent
) -> None:
    client.post(link, CHOSEN_PASSWORD)
    client.post(reverse("accounts:password-reset"), {"email": NINA})

    assert sent()[-1].subject.endswith("Your registration is under review")


@pytest.mark.usefixtures("no_rate_limits")
class AnyFormTest(TestCase):
    """No form data makes a server error."""

    @given(
        st.dictionaries(
            st.sampled_from([*GOOD, "organization", "reason", "decision"]),
            st.text(st.characters(codec="utf-8"), max_size=400),
        )
    )
    def test_registering(self, posted: dict[str, str]) -> None:
        answer = self.client.post(REGISTER, {**GOOD, **posted})

        assert answer.status_code in {302, 400}

    @given(
        st.sampled_from(["approve", "refuse", "", "x"]),
        st.text(st.characters(codec="utf-8"), max_size=2100),
    )
    def test_deciding(self, decision: str, reason: str) -> None:
        self.client.post(REGISTER, GOOD)
        row = UnconfirmedRegistration.objects.get(username="nina")
        unconfirmed = registration.Registration(
            registration.Standing.UNCONFIRMED, unconfirmed=row
        )
        registration.confirm(unconfirmed, PASSWORD)
        pending = registration.of(User.objects.get(username="nina"))
        root = User.objects.filter(username="root").first()
        self.client.force_login(root or User.objects.create_superuser("root"))

        answer = self.client.post(
            reverse("accounts:decide", args=(pending.number,)),
            {"decision": decision, "reason": reason},
        )

        assert answer.status_code in {302, 400}
        if decision != "refuse":
            User.objects.filter(username="nina").delete()
        self.client.logout()

    @given(
        st.text(st.characters(codec="utf-8"), max_size=300),
        st.text(st.characters(codec="utf-8"), max_size=300),
    )
    def test_the_other_forms(self, first: str, second: str) -> None:
        for name, fields in {
            "login": {"username": first, "password": second},
            "password-reset": {"email": first},
        }.items():
            answer = self.client.post(reverse(f"accounts:{name}"), fields)
            assert answer.status_code in {200, 302, 429}
