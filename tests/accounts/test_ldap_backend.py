"""People of an LDAP directory, beside those with an account made here."""

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
LARAS = "lara's secret"
MAIL_ASK = reverse("accounts:mail-ask")


def use(settings: Settings, url: str) -> None:
    """Set what an operator sets, and what follows from it."""
    values = {
        "AUTH_LDAP_SERVER_URI": url,
        "AUTH_LDAP_CONNECTION_OPTIONS": {},
        "AUTHENTICATION_BACKENDS": settings.AUTHENTICATION_BACKENDS,
    }
    loading.with_directory(values)
    for name, value in values.items():
        setattr(settings, name, value)
    settings.AUTH_LDAP_USER_DN_TEMPLATE = "uid=%(user)s,ou=people,dc=example,dc=org"


@pytest.fixture
def directory(slapd: Slapd, settings: Settings) -> Slapd:
    use(settings, slapd.url)
    return slapd


@pytest.fixture
def deaf(settings: Settings) -> Iterator[None]:
    """Put in place a directory that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        use(settings, f"ldap://127.0.0.1:{server.getsockname()[1]}")
        yield


def log_in(client: Client, name: str, password: str) -> tuple[int, str]:
    answer = client.post(LOGIN, {"username": name, "password": password})
    return answer.status_code, text(markup(answer))


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == HTTPStatus.OK


@pytest.mark.usefixtures("directory")
def test_who_is_in_the_directory_gets_an_account_and_a_profile(client: Client) -> None:
    log_in(client, "lara", LARAS)

    assert is_in(client)
    lara = User.objects.get()
    assert (lara.username, lara.email) == ("lara", "lara@example.org")
    assert lara.get_full_name() == "Lara Lind"
    assert not lara.has_usable_password()
    assert Profile.objects.get().user == lara


@pytest.mark.usefixtures("directory")
def test_a_wrong_password_is_one_there_too(client: Client) -> None:
    status, said = log_in(client, "lara", "wrong")

    assert "Incorrect user name or password" in said
    assert not User.objects.exists()
    for _ in range(5):
        status, said = log_in(client, "LARA", "wrong")
    assert status == HTTPStatus.TOO_MANY_REQUESTS


@pytest.mark.usefixtures("directory")
def test_accounts_made_here_log_in_beside_it(client: Client, alice: User) -> None:
    assert log_in(client, "alice", PASSWORD)[0] == HTTPStatus.FOUND


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("name", ["root", "Root"])
def test_nobody_becomes_an_administrator_by_name(
    client: Client, root: User, name: str
) -> None:
    log_in(client, name, "the directory's")

    assert not is_in(client)
    assert User.objects.get() == root


@pytest.mark.usefixtures("directory")
def test_somebody_deactivated_is_out_and_stays_out(client: Client) -> None:
    log_in(client, "lara", LARAS)

    User.objects.update(is_active=False)

    assert not is_in(client)
    log_in(client, "lara", LARAS)
    assert not is_in(client)


@pytest.mark.usefixtures("directory")
def test_their_password_is_neither_changed_nor_reset_here(
    client: Client, sent: Sent
) -> None:
    log_in(client, "lara", LARAS)

    page = client.get(reverse("accounts:password-change"))
    client.post(reverse("accounts:password-reset"), {"email": "lara@example.org"})

    assert "your organization's directory" in text(markup(page))
    assert sent()[0].subject.endswith("Your password is managed elsewhere")


@pytest.mark.usefixtures("directory")
def test_another_mail_address_takes_the_directorys_password(
    client: Client, sent: Sent
) -> None:
    log_in(client, "lara", LARAS)
    new = {"address": "lara@new.example"}

    wrong = client.post(MAIL_ASK, {**new, "password": "a stolen session"})
    assert "Incorrect password." in text(markup(wrong))
    assert sent() == []
    client.post(MAIL_ASK, {**new, "password": LARAS})

    assert {mail.to[0] for mail in sent()} == {"lara@example.org", "lara@new.example"}


def test_a_directory_that_is_away_is_said_to_be(
    client: Client, slapd: Slapd, settings: Settings
) -> None:
    use(settings, slapd.url)
    log_in(client, "lara", LARAS)
    use(settings, f"ldap://127.0.0.1:{free_port()}")

    answer = client.post(MAIL_ASK, {"address": "a@b.example", "password": LARAS})

    assert "organization's directory isn't responding" in text(markup(answer))


@pytest.mark.usefixtures("directory")
def test_who_shares_an_address_has_none_and_keeps_one_of_their_own(
    client: Client, alice: User
) -> None:
    alice.email = "lara@example.org"
    alice.save()

    client.post(LOGIN, {"username": "lara", "password": LARAS})
    assert "Your account has no email address" in text(markup(client.get(HOME)))
    User.objects.filter(username="lara").update(email="lara@home.example")
    log_in(client, "lara", LARAS)

    assert User.objects.get(username="lara").email == "lara@home.example"


@pytest.mark.usefixtures("directory")
def test_groups_are_mirrored_where_the_settings_say_so(
    client: Client, settings: Settings
) -> None:
    settings.AUTH_LDAP_GROUP_SEARCH = config.LDAPSearch(
        "ou=groups,dc=example,dc=org", ldap.SCOPE_SUBTREE, "(objectClass=groupOfNames)"
    )
    settings.AUTH_LDAP_GROUP_TYPE = config.GroupOfNamesType()
    log_in(client, "lara", LARAS)
    lara = User.objects.get()
    assert not lara.groups.exists()
    ours = Group.objects.create(name="ours")
    lara.groups.add(ours)

    settings.AUTH_LDAP_MIRROR_GROUPS = ["noc"]
    log_in(Client(), "lara", LARAS)
    assert set(lara.groups.values_list("name", flat=True)) == {"noc", "ours"}

    settings.AUTH_LDAP_MIRROR_GROUPS = True
    log_in(Client(), "lara", LARAS)
    assert set(lara.groups.values_list("name", flat=True)) == {"noc"}


def test_accounts_made_here_log_in_at_once_while_it_is_down(
    client: Client, alice: User, settings: Settings
) -> None:
    use(settings, f"ldap://127.0.0.1:{free_port()}")
    began = time.monotonic()

    assert log_in(client, "alice", PASSWORD)[0] == HTTPStatus.FOUND

    assert time.monotonic() - began < 1


@pytest.mark.usefixtures("deaf")
def test_accounts_made_here_log_in_at_once_while_it_is_deaf(
    client: Client, alice: User
) -> None:
    began = time.monotonic()

    wrong = log_in(Client(), "alice", "wrong")[1]
    assert log_in(client, "alice", PASSWORD)[0] == HTTPStatus.FOUND

    assert "Incorrect user name or password" in wrong
    assert time.monotonic() - began < 1


@pytest.mark.usefixtures("deaf")
def test_its_people_are_told_soon_that_it_does_not_answer(client: Client) -> None:
    began = time.monotonic()

    said = log_in(client, "lara", LARAS)[1]

    assert "isn't responding" in said
    assert time.monotonic() - began < 8


def test_a_directory_that_is_down_makes_nobody_wait_for_wrong_passwords(
    client: Client, settings: Settings
) -> None:
    use(settings, f"ldap://127.0.0.1:{free_port()}")

    for _ in range(8):
        status, said = log_in(client, "lara", LARAS)

    assert status == HTTPStatus.OK
    assert "isn't responding" in said
