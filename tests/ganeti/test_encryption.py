"""Encryption of RAPI passwords at rest, and rotation of the keys."""

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
def test_the_database_does_not_contain_the_password() -> None:
    cluster = saved("athens", "open sesame")

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ganeti_cluster")
        row = cursor.fetchone()

    assert "open sesame" not in str(row)
    assert password_of(cluster) == "open sesame"


def test_equal_passwords_are_encrypted_differently() -> None:
    assert encryption.encrypt("secret") != encryption.encrypt("secret")


def test_a_key_may_be_any_text(settings: Settings) -> None:
    settings.RAPI_PASSWORD_KEYS = ["κλειδί"]

    assert encryption.decrypt(encryption.encrypt("secret")) == "secret"


def test_another_key_cannot_decrypt(settings: Settings) -> None:
    settings.RAPI_PASSWORD_KEYS = ["old"]
    token = encryption.encrypt("secret")
    settings.RAPI_PASSWORD_KEYS = ["new"]

    with pytest.raises(UndecryptableError):
        encryption.decrypt(token)


def test_passwords_encrypted_by_secret_key_remain_readable(
    settings: Settings,
) -> None:
    token = encryption.encrypt("secret")  # by SECRET_KEY, without RAPI_PASSWORD_KEYS

    settings.RAPI_PASSWORD_KEYS = ["new"]

    assert encryption.decrypt(token) == "secret"


def test_secret_key_fallbacks_can_decrypt(settings: Settings) -> None:
    token = encryption.encrypt("secret")

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10

    assert encryption.decrypt(token) == "secret"


@pytest.mark.django_db
def test_rotation_encrypts_with_the_first_key(settings: Settings) -> None:
    settings.RAPI_PASSWORD_KEYS = ["old"]
    cluster = saved("athens", "secret")
    saved("berlin", "secret")
    Cluster.objects.create(hostname="c.example.org", slug="cairo")  # without a password

    settings.RAPI_PASSWORD_KEYS = ["new", "old"]
    output = rotate()
    settings.RAPI_PASSWORD_KEYS = ["new"]

    assert output == "2 passwords are encrypted with the first key.\n"
    assert password_of(cluster) == "secret"
    assert Cluster.objects.get(slug="cairo").password == ""


@pytest.mark.django_db
def test_rotation_fails_naming_undecryptable_clusters(
    settings: Settings,
) -> None:
    settings.RAPI_PASSWORD_KEYS = ["lost"]
    undecryptable = saved("athens", "secret")
    settings.RAPI_PASSWORD_KEYS = ["old"]
    readable = saved("berlin", "secret")

    settings.RAPI_PASSWORD_KEYS = ["new", "old"]
    with pytest.raises(CommandError, match=r"No key fits the passwords of: athens\."):
        rotate()
    settings.RAPI_PASSWORD_KEYS = ["new"]

    assert password_of(readable) == "secret"
    with pytest.raises(UndecryptableError):
        password_of(undecryptable)


def test_a_sealed_password_is_bound_to_its_address() -> None:
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
def test_an_invalid_token_unseals_to_nothing(token: str) -> None:
    assert sealed_password.unseal(token, address="athens:5080") == ""


def test_a_stored_password_does_not_unseal() -> None:
    stored = encryption.encrypt("secret")

    assert sealed_password.unseal(stored, address="athens:5080") == ""
