"""RAPI passwords at rest: unreadable, and moved to a new key without a gap."""

import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from apps.ganeti import encryption
from apps.ganeti.encryption import UndecryptableError
from apps.ganeti.forms import sealed_password
from apps.ganeti.models import Cluster


def saved(slug: str, password: str) -> Cluster:
    cluster = Cluster(hostname=f"{slug}.example.org", slug=slug, username="ganetimgr")
    cluster.password = password
    cluster.save()
    return cluster


def password_of(cluster: Cluster) -> str:
    return Cluster.objects.get(pk=cluster.pk).password


def rotate() -> str:
    out = StringIO()
    call_command("rotate_rapi_passwords", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_database_does_not_know_the_password() -> None:
    cluster = saved("athens", "open sesame")

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ganeti_cluster")
        row = cursor.fetchone()

    assert "open sesame" not in str(row)
    assert password_of(cluster) == "open sesame"


def test_the_same_password_is_never_stored_the_same() -> None:
    assert encryption.encrypt("secret") != encryption.encrypt("secret")


def test_any_text_will_do_as_a_key(settings: Settings) -> None:
    settings.RAPI_PASSWORD_KEYS = ["κλειδί"]

    assert encryption.decrypt(encryption.encrypt("secret")) == "secret"


def test_another_key_reads_nothing(settings: Settings) -> None:
    settings.RAPI_PASSWORD_KEYS = ["old"]
    token = encryption.encrypt("secret")
    settings.RAPI_PASSWORD_KEYS = ["new"]

    with pytest.raises(UndecryptableError):
        encryption.decrypt(token)


def test_the_first_key_of_one_s_own_can_be_set_at_any_time(
    settings: Settings,
) -> None:
    token = encryption.encrypt("secret")  # by SECRET_KEY, while there is no other

    settings.RAPI_PASSWORD_KEYS = ["new"]

    assert encryption.decrypt(token) == "secret"


def test_a_secret_key_that_was_replaced_still_reads(settings: Settings) -> None:
    token = encryption.encrypt("secret")

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10

    assert encryption.decrypt(token) == "secret"


@pytest.mark.django_db
def test_after_rotation_the_old_key_is_not_needed(settings: Settings) -> None:
    settings.RAPI_PASSWORD_KEYS = ["old"]
    cluster = saved("athens", "secret")
    saved("berlin", "secret")
    Cluster.objects.create(hostname="c.example.org", slug="cairo")  # has none

    settings.RAPI_PASSWORD_KEYS = ["new", "old"]
    said = rotate()
    settings.RAPI_PASSWORD_KEYS = ["new"]

    assert said == "2 passwords are encrypted with the first key.\n"
    assert password_of(cluster) == "secret"
    assert Cluster.objects.get(slug="cairo").password == ""


@pytest.mark.django_db
def test_rotation_names_whose_password_no_key_fits_and_fails(
    settings: Settings,
) -> None:
    settings.RAPI_PASSWORD_KEYS = ["lost"]
    lost = saved("athens", "secret")
    settings.RAPI_PASSWORD_KEYS = ["old"]
    kept = saved("berlin", "secret")

    settings.RAPI_PASSWORD_KEYS = ["new", "old"]
    with pytest.raises(CommandError, match=r"No key fits the passwords of: athens\."):
        rotate()
    settings.RAPI_PASSWORD_KEYS = ["new"]

    assert password_of(kept) == "secret"
    with pytest.raises(UndecryptableError):
        password_of(lost)


def test_a_sealed_password_opens_for_its_address_alone() -> None:
    token = sealed_password.seal("secret", address="athens:5080")

    assert "secret" not in token
    assert sealed_password.unseal(token, address="athens:5080") == "secret"
    assert sealed_password.unseal(token, address="evil:5080") == ""


def test_a_sealed_password_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    token = sealed_password.seal("secret", address="athens:5080")

    now += sealed_password.VALID_S + 1

    assert sealed_password.unseal(token, address="athens:5080") == ""


@pytest.mark.parametrize("token", ["", "x", "☃"])
def test_what_was_not_sealed_opens_to_nothing(token: str) -> None:
    assert sealed_password.unseal(token, address="athens:5080") == ""


def test_a_stored_password_is_no_sealed_one() -> None:
    stored = encryption.encrypt("secret")

    assert sealed_password.unseal(stored, address="athens:5080") == ""
