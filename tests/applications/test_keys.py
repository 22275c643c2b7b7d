"""The applicant's keys, as a node fetches them."""

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


def ssh_keys_of(application: InstanceApplication, cookie: str = "") -> str:
    return reverse(
        "applications:ssh-keys",
        args=[application.pk, cookie or application.cookie],
    )


@pytest.mark.usefixtures("keys")
def test_a_node_gets_the_keys_as_they_are_written_to_a_file(
    client: Client, application: InstanceApplication
) -> None:
    response = client.get(ssh_keys_of(application))

    assert markup(response) == f"{ED25519}\n{ECDSA}\n"
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.usefixtures("keys")
def test_who_asks_for_the_head_gets_no_body(
    client: Client, application: InstanceApplication
) -> None:
    response = client.head(ssh_keys_of(application))

    assert response.status_code == 200
    assert not markup(response)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("cookie", ["wrong", "ключ", "%00", "a" * 1500])
def test_a_wrong_cookie_and_no_application_answer_alike(
    client: Client, application: InstanceApplication, cookie: str
) -> None:
    missing = InstanceApplication(pk=application.pk + 1, cookie="x")
    answers = [
        client.get(ssh_keys_of(application, cookie)),
        client.get(ssh_keys_of(missing, cookie)),
        client.get(ssh_keys_of(missing, application.cookie)),
        client.get(ssh_keys_of(InstanceApplication(pk=10**30), cookie)),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert len({markup(answer) for answer in answers}) == 1
    assert all("no-store" in answer["Cache-Control"] for answer in answers)


def test_the_cookie_of_another_application_does_not_do(
    client: Client, make_application: Make
) -> None:
    one, other = make_application(), make_application()

    assert client.get(ssh_keys_of(one, other.cookie)).status_code == 403


@pytest.mark.parametrize("status", sorted(Status))
def test_a_machine_may_be_installed_again_but_not_what_was_never_built(
    client: Client, make_application: Make, status: Status
) -> None:
    answer = client.get(ssh_keys_of(make_application(status=status)))

    assert answer.status_code == (403 if status in WITHOUT_MACHINE else 200)


@pytest.mark.usefixtures("keys")
def test_keys_of_somebody_deactivated_go_into_no_machine(
    client: Client, application: InstanceApplication, alice: User
) -> None:
    alice.is_active = False
    alice.save()

    assert markup(client.get(ssh_keys_of(application))) == ""


def test_it_costs_two_queries(
    client: Client,
    application: InstanceApplication,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(2):
        client.get(ssh_keys_of(application))


# -- not too often


@pytest.fixture
def two_a_minute(settings: Settings) -> None:
    limits = {"ssh-keys-fetch": {"address": (2, 60)}}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **limits}


def knock(client: Client, address: str, origin: str) -> HttpResponse:
    answer = client.get(address, REMOTE_ADDR=origin)
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.usefixtures("two_a_minute")
def test_who_asks_too_often_waits_whatever_they_know(
    client: Client, application: InstanceApplication
) -> None:
    wrong = ssh_keys_of(application, "x")
    for number in range(2):
        assert knock(client, wrong, f"2001:db8::{number}").status_code == 403

    refused = knock(client, ssh_keys_of(application), "2001:db8::9")

    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "no-store" in refused["Cache-Control"]
    elsewhere = knock(client, ssh_keys_of(application), "2001:db8:0:1::9")
    assert elsewhere.status_code == 200


@pytest.mark.usefixtures("two_a_minute")
def test_a_cache_that_is_away_lets_everybody_in(
    client: Client, application: InstanceApplication, settings: Settings
) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "ganetimgr.caches.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{services.free_port()}/0",
        }
    }

    for _ in range(4):
        assert client.get(ssh_keys_of(application)).status_code == 200
