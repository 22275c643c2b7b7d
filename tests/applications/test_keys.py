"""Fetching the applicant's SSH keys, as a node does."""

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.models import SshKey
from apps.applications.models import InstanceApplication
from apps.applications.states import Status
from apps.applications.views.keys import WITHOUT_MACHINE
from tests import services
from tests.applications.conftest import Make
from tests.ganeti.pages import markup

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJh"
ECDSA = "ecdsa-sha2-nistp256 AAAAE2VjZHNh"


@pytest.fixture
def keys(alice: User) -> None:
    for number, key in enumerate((ED25519, ECDSA)):
        SshKey.objects.create(owner=alice, key=key, fingerprint=str(number))


def keys_address(application: InstanceApplication, cookie: str = "") -> str:
    return reverse(
        "applications:ssh-keys",
        args=[application.pk, cookie or application.cookie],
    )


@pytest.mark.usefixtures("keys")
def test_a_node_gets_the_authorized_keys_file(
    client: Client, application: InstanceApplication
) -> None:
    response = client.get(keys_address(application))

    assert markup(response) == f"{ED25519}\n{ECDSA}\n"
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.usefixtures("keys")
def test_a_head_request_gets_no_body(
    client: Client, application: InstanceApplication
) -> None:
    response = client.head(keys_address(application))

    assert response.status_code == 200
    assert not markup(response)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("cookie", ["wrong", "ключ", "%00", "a" * 1500])
def test_a_wrong_cookie_and_a_missing_application_get_the_same_answer(
    client: Client, application: InstanceApplication, cookie: str
) -> None:
    missing = InstanceApplication(pk=application.pk + 1, cookie="x")
    answers = [
        client.get(keys_address(application, cookie)),
        client.get(keys_address(missing, cookie)),
        client.get(keys_address(missing, application.cookie)),
        client.get(keys_address(InstanceApplication(pk=10**30), cookie)),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert len({markup(answer) for answer in answers}) == 1
    assert all("no-store" in answer["Cache-Control"] for answer in answers)


def test_the_cookie_of_another_application_is_refused(
    client: Client, make_application: Make
) -> None:
    first, second = make_application(), make_application()

    assert client.get(keys_address(first, second.cookie)).status_code == 403


@pytest.mark.parametrize("status", sorted(Status))
def test_keys_are_served_for_every_status_with_a_machine(
    client: Client, make_application: Make, status: Status
) -> None:
    answer = client.get(keys_address(make_application(status=status)))

    assert answer.status_code == (403 if status in WITHOUT_MACHINE else 200)


@pytest.mark.usefixtures("keys")
def test_keys_of_a_deactivated_user_are_not_served(
    client: Client, application: InstanceApplication, alice: User
) -> None:
    alice.is_active = False
    alice.save()

    assert markup(client.get(keys_address(application))) == ""


def test_a_fetch_takes_two_queries(
    client: Client,
    application: InstanceApplication,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(2):
        client.get(keys_address(application))


# -- rate limits


@pytest.fixture
def two_a_minute(settings: Settings) -> None:
    limits = {"ssh-keys-fetch": {"address": (2, 60)}}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **limits}


def get_from(client: Client, address: str, origin: str) -> HttpResponse:
    answer = client.get(address, REMOTE_ADDR=origin)
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.usefixtures("two_a_minute")
def test_too_many_fetches_are_refused_with_any_cookie(
    client: Client, application: InstanceApplication
) -> None:
    wrong = keys_address(application, "x")
    for number in range(2):
        assert get_from(client, wrong, f"2001:db8::{number}").status_code == 403

    refused = get_from(client, keys_address(application), "2001:db8::9")

    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "no-store" in refused["Cache-Control"]
    answer = get_from(client, keys_address(application), "2001:db8:0:1::9")
    assert answer.status_code == 200


@pytest.mark.usefixtures("two_a_minute")
def test_fetches_are_not_limited_without_a_cache(
    client: Client, application: InstanceApplication, settings: Settings
) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "ganetimgr.caches.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{services.free_port()}/0",
        }
    }

    for _ in range(4):
        assert client.get(keys_address(application)).status_code == 200
