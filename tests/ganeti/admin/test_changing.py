"""Changing a cluster: what is tried again, and who sees what of it."""

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
    added,
    change,
    errors,
    fields,
    hidden,
    spelled,
)

# -- changing


def test_a_change_of_words_asks_nobody(admin: Client, athens: SimulatedCluster) -> None:
    cluster = added(athens)
    athens.go_down()

    response = admin.post(
        change(cluster),
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


def test_a_new_password_is_tried_before_the_old_one_is_given_up(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = added(athens)
    given = fields(athens, fingerprint=cluster.fingerprint, new_password="guessed")

    response = admin.post(change(cluster), given)

    cluster.refresh_from_db()
    assert "new_password" in errors(response)
    assert cluster.password == "secret"


def test_a_kept_password_is_not_sent_to_another_address(
    admin: Client, athens: SimulatedCluster, simulator: Simulator
) -> None:
    cluster = added(simulator.clusters["oldie"])
    given = fields(athens, fingerprint=athens.fingerprint, new_password="")

    response = admin.post(change(cluster), given)

    assert "Enter the password again" in errors(response)["new_password"][0]
    assert athens.call_count == 0


def test_a_renewed_certificate_is_explained_and_pinned_once_confirmed(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = added(athens, fingerprint="")
    Cluster.objects.update(fingerprint=":".join(["AB"] * 32))
    given = fields(
        athens, fingerprint=":".join(["AB"] * 32), new_password="", _test="Test"
    )

    first = admin.post(change(cluster), given)
    del given["_test"]
    again = {**given, **hidden(first), "certificate_confirmed": "on", "port": "5081"}
    moved = admin.post(change(cluster), again)
    again["port"] = str(athens.port)
    second = admin.post(change(cluster), {**again, "username": "viewer"})

    assert "an unexpected certificate" in first.content.decode()
    assert "new_password" in errors(moved)
    assert second.status_code == HTTPStatus.FOUND
    cluster.refresh_from_db()
    assert cluster.fingerprint == spelled(athens)


def test_a_password_that_no_key_fits_has_to_be_typed_again(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = added(athens)
    Cluster.objects.update(password_encrypted="lost")
    given = fields(athens, fingerprint=cluster.fingerprint, new_password="")

    page = admin.get(change(cluster))
    tested = admin.post(change(cluster), {**given, "_test": "Test"})
    typed = admin.post(change(cluster), {**given, "new_password": "secret"})

    assert page.status_code == HTTPStatus.OK
    assert "can no longer be decrypted" in errors(tested)["new_password"][0]
    assert typed.status_code == HTTPStatus.FOUND


def test_the_log_names_what_changed_and_no_secret(
    admin: Client, athens: SimulatedCluster
) -> None:
    cluster = added(athens)
    given = fields(athens, fingerprint=cluster.fingerprint, description="")

    admin.post(change(cluster), given)

    entry = LogEntry.objects.get()
    assert entry.get_change_message() == "Changed RAPI password."


# -- who sees what


@pytest.fixture
def watching(client: Client, db: None) -> Client:
    """Return the client of staff who may look at clusters and change nothing."""
    user = User.objects.create_user("vera", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


def test_the_password_is_in_no_page_for_anybody(
    watching: Client, athens: SimulatedCluster, root: User
) -> None:
    cluster = added(athens)
    Cluster.objects.update(password_encrypted="")
    cluster.password = "open sesame"
    cluster.save()

    pages = [watching.get(change(cluster)), watching.get(reverse(LIST))]
    watching.force_login(root)
    pages += [watching.get(change(cluster)), watching.get(reverse(LIST))]

    for page in pages:
        text = page.content.decode()
        assert page.status_code == HTTPStatus.OK
        assert "open sesame" not in text
        assert cluster.password_encrypted not in text


def test_who_may_only_look_has_nobody_asked(
    watching: Client, athens: SimulatedCluster
) -> None:
    cluster = added(athens)

    posted = watching.post(change(cluster), fields(athens, _test="Test"))
    acted = watching.post(
        reverse(LIST), {"action": "test_connection", "_selected_action": cluster.pk}
    )

    assert posted.status_code == HTTPStatus.FORBIDDEN
    assert acted.status_code in {HTTPStatus.OK, HTTPStatus.FOUND}
    assert athens.call_count == 0
