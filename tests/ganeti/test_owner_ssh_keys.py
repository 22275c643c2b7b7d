"""SSH keys of the owners for a reinstalled machine."""

import pytest
from django.contrib.auth.models import Group, User
from django.core import signing
from django.test import Client
from pytest_django import Settings

from apps.ganeti.models import Cluster
from apps.ganeti.services.owner_ssh_keys import keys_for
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import machine

ALICES_KEY = "ssh-ed25519 AAAAalice"
BOBS_KEY = "ssh-ed25519 AAAAbob"


@pytest.fixture(autouse=True)
def keys(alice: User, bob: User, settings: Settings) -> None:
    settings.SITE_URL = "http://testserver"
    alice.ssh_keys.create(key=ALICES_KEY, fingerprint="a")
    bob.ssh_keys.create(key=BOBS_KEY, fingerprint="b", comment="bob@home")


def fetch(client: Client, url: str) -> tuple[int, str]:
    response = client.get(url.removeprefix("http://testserver"))
    return response.status_code, response.content.decode()


def test_keys_can_be_fetched_without_login(
    client: Client, cluster: Cluster, published: FakeRapi
) -> None:
    keys = keys_for(machine(cluster, "web1"))

    assert keys.text == f"{ALICES_KEY}\n"
    assert fetch(client, keys.url) == (200, keys.text)


def test_keys_of_group_members_are_included(
    cluster: Cluster, published: FakeRapi, carol: User
) -> None:
    carol.groups.add(Group.objects.get(name="staff"))

    assert keys_for(machine(cluster, "web10")).text == f"{BOBS_KEY} bob@home\n"


def test_keys_of_deactivated_users_are_left_out(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    alice.is_active = False
    alice.save()

    assert keys_for(machine(cluster, "web1")).text == ""


def test_keys_of_former_owners_are_not_fetched(
    client: Client, cluster: Cluster, published: FakeRapi
) -> None:
    keys = keys_for(machine(cluster, "web1"))
    published.change("web1", tags=["ganetimgr:group:staff"])
    refreshing.refresh(cluster, force=True)

    assert fetch(client, keys.url) == (200, f"{BOBS_KEY} bob@home\n")


def test_responses_are_not_cached(
    client: Client, cluster: Cluster, published: FakeRapi
) -> None:
    path = keys_for(machine(cluster, "web1")).url.removeprefix("http://testserver")

    assert "no-store" in client.get(path).headers["Cache-Control"]


OTHER_SIGNATURE = signing.dumps(["athens", "web1"])


@pytest.mark.parametrize("token", ["x", OTHER_SIGNATURE], ids=["no", "other"])
def test_a_url_with_a_wrong_signature_is_forbidden(
    client: Client, published: FakeRapi, token: str
) -> None:
    assert fetch(client, f"/instances/keys/{token}") == (403, "")


def test_a_removed_machine_has_no_keys(
    client: Client, cluster: Cluster, published: FakeRapi
) -> None:
    keys = keys_for(machine(cluster, "web1"))
    del published.instances["web1"]
    refreshing.refresh(cluster, force=True)

    assert fetch(client, keys.url) == (403, "")


def test_owner_names_are_case_sensitive(cluster: Cluster, published: FakeRapi) -> None:
    published.change("web1", tags=["ganetimgr:user:ALICE"])
    refreshing.refresh(cluster, force=True)

    assert keys_for(machine(cluster, "web1")).text == ""
