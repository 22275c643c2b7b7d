"""Changing a cluster: what is tested again, and who may see what."""

from http import HTTPStatus

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from apps.ganeti.models import Cluster
from contrib.simulator import SimulatedCluster, Simulator
from tests.ganeti.admin.pages import (
    LIST,
    change_url,
    create_cluster,
    errors,
    fields,
    formatted_fingerprint,
    hidden_fields,
)

# -- changing


def test_a_change_of_the_description_makes_no_call(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = create_cluster(athens)
    athens.go_down()

    response = admin.post(
        change_url(cluster),
        fields(
            athens,
            new_password="",
            fingerprint=cluster.fingerprint,
            description="Moved to the attic",
        ),
    )

    cluster.refresh_from_db()
    assert response.status_code == HTTPStatus.FOUND
    assert cluster.description == "Moved to the attic"
    assert cluster.password == "secret"


def test_a_wrong_new_password_is_not_saved(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = create_cluster(athens)
    values = fields(athens, fingerprint=cluster.fingerprint, new_password="guessed")

    response = admin.post(change_url(cluster), values)

    cluster.refresh_from_db()
    assert "new_password" in errors(response)
    assert cluster.password == "secret"


def test_a_saved_password_is_not_sent_to_another_address(
    admin: Client, athens: SimulatedCluster, simulator: Simulator
) -> None:
    cluster = create_cluster(simulator.clusters["oldie"])
    values = fields(athens, fingerprint=athens.fingerprint, new_password="")

    response = admin.post(change_url(cluster), values)

    assert "Enter the password again" in errors(response)["new_password"][0]
    assert athens.call_count == 0


def test_a_renewed_certificate_is_pinned_after_confirmation(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = create_cluster(athens, fingerprint="")
    Cluster.objects.update(fingerprint=":".join(["AB"] * 32))
    values = fields(
        athens, fingerprint=":".join(["AB"] * 32), new_password="", _test="Test"
    )

    first = admin.post(change_url(cluster), values)
    del values["_test"]
    confirmed_values = {
        **values,
        **hidden_fields(first),
        "certificate_confirmed": "on",
        "port": "5081",
    }
    moved_response = admin.post(change_url(cluster), confirmed_values)
    confirmed_values["port"] = str(athens.port)
    second = admin.post(change_url(cluster), {**confirmed_values, "username": "viewer"})

    assert "an unexpected certificate" in first.content.decode()
    assert "new_password" in errors(moved_response)
    assert second.status_code == HTTPStatus.FOUND
    cluster.refresh_from_db()
    assert cluster.fingerprint == formatted_fingerprint(athens)


def test_an_undecryptable_password_must_be_typed_again(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = create_cluster(athens)
    Cluster.objects.update(password_encrypted="lost")
    values = fields(athens, fingerprint=cluster.fingerprint, new_password="")

    page = admin.get(change_url(cluster))
    test_response = admin.post(change_url(cluster), {**values, "_test": "Test"})
    typed_response = admin.post(
        change_url(cluster), {**values, "new_password": "secret"}
    )

    assert page.status_code == HTTPStatus.OK
    assert "can no longer be decrypted" in errors(test_response)["new_password"][0]
    assert typed_response.status_code == HTTPStatus.FOUND


def test_the_log_names_changed_fields_without_values(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = create_cluster(athens)
    values = fields(athens, fingerprint=cluster.fingerprint, description="")

    admin.post(change_url(cluster), values)

    entry = LogEntry.objects.get()
    assert entry.get_change_message() == "Changed RAPI password."


# -- rights


@pytest.fixture
def viewer_client(client: Client, db: None) -> Client:
    """Return the client of a user who may view clusters but not change them."""
    user = User.objects.create_user("vera", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


def test_no_page_contains_the_password(
    viewer_client: Client, athens: SimulatedCluster, root: User
) -> None:
    cluster = create_cluster(athens)
    Cluster.objects.update(password_encrypted="")
    cluster.password = "open sesame"
    cluster.save()

    pages = [viewer_client.get(change_url(cluster)), viewer_client.get(reverse(LIST))]
    viewer_client.force_login(root)
    pages += [viewer_client.get(change_url(cluster)), viewer_client.get(reverse(LIST))]

    for page in pages:
        text = page.content.decode()
        assert page.status_code == HTTPStatus.OK
        assert "open sesame" not in text
        assert cluster.password_encrypted not in text


def test_a_viewer_cannot_test_connections(
    viewer_client: Client, athens: SimulatedCluster
) -> None:
    cluster = create_cluster(athens)

    post_response = viewer_client.post(
        change_url(cluster), fields(athens, _test="Test")
    )
    action_response = viewer_client.post(
        reverse(LIST), {"action": "test_connection", "_selected_action": cluster.pk}
    )

    assert post_response.status_code == HTTPStatus.FORBIDDEN
    assert action_response.status_code in {HTTPStatus.OK, HTTPStatus.FOUND}
    assert athens.call_count == 0
