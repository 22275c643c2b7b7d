"""Users of an LDAP directory, beside those with a local account."""

import socket
import time
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.models import Profile
from ganetimgr.settings import loading
from tests.accounts.conftest import PASSWORD
from tests.conftest import Sent
from tests.ganeti.pages import markup, text
from tests.services import Slapd, free_port

ldap = pytest.importorskip("ldap", reason="requirements-ldap.txt is not installed")
config = pytest.importorskip("django_auth_ldap.config")

pytestmark = [pytest.mark.system, pytest.mark.django_db]

LOGIN = reverse("accounts:login")
HOME = reverse("auditlog:history")
LARAS_PASSWORD = "lara's secret"
MAIL_ASK = reverse("accounts:mail-ask")


def use_directory(settings: Settings, url: str) -> None:
    """Set the operator's settings for a directory, and those derived from them."""
    values = {
        "AUTH_LDAP_SERVER_URI": url,
        "AUTH_LDAP_CONNECTION_OPTIONS": {},
        "AUTHENTICATION_BACKENDS": settings.AUTHENTICATION_BACKENDS,
    }
    loading.add_ldap(values)
    for name, value in values.items():
        setattr(settings, name, value)
    settings.AUTH_LDAP_USER_DN_TEMPLATE = "uid=%(user)s,ou=people,dc=example,dc=org"


@pytest.fixture
def directory(slapd: Slapd, settings: Settings) -> Slapd:
    use_directory(settings, slapd.url)
    return slapd


@pytest.fixture
def silent_directory(settings: Settings) -> Iterator[None]:
    """Use a directory that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        use_directory(settings, f"ldap://127.0.0.1:{server.getsockname()[1]}")
        yield


def log_in(client: Client, name: str, password: str) -> tuple[int, str]:
    answer = client.post(LOGIN, {"username": name, "password": password})
    return answer.status_code, text(markup(answer))


def is_logged_in(client: Client) -> bool:
    return client.get(HOME).status_code == HTTPStatus.OK


@pytest.mark.usefixtures("directory")
def test_a_directory_user_gets_an_account_and_a_profile(client: Client) -> None:
    log_in(client, "lara", LARAS_PASSWORD)

    assert is_logged_in(client)
    lara = User.objects.get()
    assert (lara.username, lara.email) == ("lara", "lara@example.org")
    assert lara.get_full_name() == "Lara Lind"
    assert not lara.has_usable_password()
    assert Profile.objects.get().user == lara


@pytest.mark.usefixtures("directory")
def test_a_wrong_directory_password_is_refused_and_limited(client: Client) -> None:
    status, page = log_in(client, "lara", "wrong")

    assert "Incorrect user name or password" in page
    assert not User.objects.exists()
    for _ in range(5):
        status, page = log_in(client, "LARA", "wrong")
    assert status == HTTPStatus.TOO_MANY_REQUESTS


@pytest.mark.usefixtures("directory")
def test_local_users_log_in_beside_the_directory(client: Client, alice: User) -> None:
    assert log_in(client, "alice", PASSWORD)[0] == HTTPStatus.FOUND


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("name", ["root", "Root"])
def test_a_directory_user_does_not_take_over_a_local_account(
    client: Client, root: User, name: str
) -> None:
    log_in(client, name, "the directory's")

    assert not is_logged_in(client)
    assert User.objects.get() == root


@pytest.mark.usefixtures("directory")
def test_a_deactivated_directory_user_stays_logged_out(client: Client) -> None:
    log_in(client, "lara", LARAS_PASSWORD)

    User.objects.update(is_active=False)

    assert not is_logged_in(client)
    log_in(client, "lara", LARAS_PASSWORD)
    assert not is_logged_in(client)


@pytest.mark.usefixtures("directory")
def test_directory_passwords_are_neither_changed_nor_reset(
    client: Client, sent: Sent
) -> None:
    log_in(client, "lara", LARAS_PASSWORD)

    page = client.get(reverse("accounts:password-change"))
    client.post(reverse("accounts:password-reset"), {"email": "lara@example.org"})

    assert "your organization's directory" in text(markup(page))
    assert sent()[0].subject.endswith("Your password is managed elsewhere")


@pytest.mark.usefixtures("directory")
def test_changing_the_mail_address_needs_the_directory_password(
    client: Client, sent: Sent
) -> None:
    log_in(client, "lara", LARAS_PASSWORD)
    address_field = {"address": "lara@new.example"}

    wrong = client.post(MAIL_ASK, {**address_field, "password": "a stolen session"})
    assert "Incorrect password." in text(markup(wrong))
    assert sent() == []
    client.post(MAIL_ASK, {**address_field, "password": LARAS_PASSWORD})

    assert {mail.to[0] for mail in sent()} == {"lara@example.org", "lara@new.example"}


def test_an_unreachable_directory_is_reported(
    client: Client, slapd: Slapd, settings: Settings
) -> None:
    use_directory(settings, slapd.url)
    log_in(client, "lara", LARAS_PASSWORD)
    use_directory(settings, f"ldap://127.0.0.1:{free_port()}")

    answer = client.post(
        MAIL_ASK, {"address": "a@b.example", "password": LARAS_PASSWORD}
    )

    assert "organization's directory isn't responding" in text(markup(answer))


@pytest.mark.usefixtures("directory")
def test_a_directory_address_that_is_taken_is_not_used(
    client: Client, alice: User
) -> None:
    alice.email = "lara@example.org"
    alice.save()

    client.post(LOGIN, {"username": "lara", "password": LARAS_PASSWORD})
    assert "Your account has no email address" in text(markup(client.get(HOME)))
    User.objects.filter(username="lara").update(email="lara@home.example")
    log_in(client, "lara", LARAS_PASSWORD)

    assert User.objects.get(username="lara").email == "lara@home.example"


@pytest.mark.usefixtures("directory")
def test_groups_are_mirrored_where_the_settings_say_so(
    client: Client, settings: Settings
) -> None:
    settings.AUTH_LDAP_GROUP_SEARCH = config.LDAPSearch(
        "ou=groups,dc=example,dc=org", ldap.SCOPE_SUBTREE, "(objectClass=groupOfNames)"
    )
    settings.AUTH_LDAP_GROUP_TYPE = config.GroupOfNamesType()
    log_in(client, "lara", LARAS_PASSWORD)
    lara = User.objects.get()
    assert not lara.groups.exists()
    local_group = Group.objects.create(name="ours")
    lara.groups.add(local_group)

    settings.AUTH_LDAP_MIRROR_GROUPS = ["noc"]
    log_in(Client(), "lara", LARAS_PASSWORD)
    assert set(lara.groups.values_list("name", flat=True)) == {"noc", "ours"}

    settings.AUTH_LDAP_MIRROR_GROUPS = True
    log_in(Client(), "lara", LARAS_PASSWORD)
    assert set(lara.groups.values_list("name", flat=True)) == {"noc"}


def test_local_users_log_in_at_once_while_the_directory_is_down(
    client: Client, alice: User, settings: Settings
) -> None:
    use_directory(settings, f"ldap://127.0.0.1:{free_port()}")
    began = time.monotonic()

    assert log_in(client, "alice", PASSWORD)[0] == HTTPStatus.FOUND

    assert time.monotonic() - began < 1


@pytest.mark.usefixtures("silent_directory")
def test_local_users_log_in_at_once_while_the_directory_does_not_answer(
    client: Client, alice: User
) -> None:
    began = time.monotonic()

    wrong = log_in(Client(), "alice", "wrong")[1]
    assert log_in(client, "alice", PASSWORD)[0] == HTTPStatus.FOUND

    assert "Incorrect user name or password" in wrong
    assert time.monotonic() - began < 1


@pytest.mark.usefixtures("silent_directory")
def test_directory_users_are_told_soon_that_it_does_not_answer(client: Client) -> None:
    began = time.monotonic()

    page = log_in(client, "lara", LARAS_PASSWORD)[1]

    assert "isn't responding" in page
    assert time.monotonic() - began < 8


def test_logins_while_the_directory_is_down_are_not_limited(
    client: Client, settings: Settings
) -> None:
    use_directory(settings, f"ldap://127.0.0.1:{free_port()}")

    for _ in range(8):
        status, page = log_in(client, "lara", LARAS_PASSWORD)

    assert status == HTTPStatus.OK
    assert "isn't responding" in page
