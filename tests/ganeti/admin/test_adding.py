"""Adding a cluster in the administration: it is tried before it is saved."""

from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.ganeti.models import Cluster
from apps.ganeti.rapi.transport import Endpoint, Transport
from apps.ganeti.state import connections
from contrib.simulator import SimulatedCluster, Simulator
from tests.ganeti.admin.pages import (
    ADD,
    LIST,
    added,
    errors,
    fields,
    hidden,
    said,
    spelled,
)

# -- adding


def test_the_certificate_is_shown_first_and_nothing_is_sent_or_saved(
    admin: Client, athens: SimulatedCluster
) -> None:
    response = admin.post(reverse(ADD), fields(athens))

    page = response.content.decode()
    assert response.status_code == HTTPStatus.OK
    assert spelled(athens) in page
    assert "CN=athens" in page
    assert "errornote" not in page
    assert athens.call_count == 0
    assert not Cluster.objects.exists()


def test_once_confirmed_it_is_tried_pinned_and_saved(
    admin: Client, athens: SimulatedCluster
) -> None:
    first = admin.post(reverse(ADD), fields(athens))

    second = admin.post(
        reverse(ADD),
        fields(athens, new_password="", certificate_confirmed="on", **hidden(first)),
    )

    assert second.status_code == HTTPStatus.FOUND
    cluster = Cluster.objects.get()
    assert cluster.fingerprint == spelled(athens)
    assert cluster.password == "secret"
    assert cluster.can_write is True
    assert "athens: Ganeti 3.0.2, 3 nodes, 5 instances" in said(second)
    assert "has read and write access" in said(second)


def test_between_the_steps_the_page_does_not_hold_the_password(
    admin: Client, athens: SimulatedCluster
) -> None:
    given = fields(athens, new_password="open sesame")

    response = admin.post(reverse(ADD), given)

    assert "open sesame" not in response.content.decode()
    assert hidden(response)["sealed_password"]


def test_a_sealed_password_is_not_sent_to_another_place(
    admin: Client, athens: SimulatedCluster, simulator: Simulator
) -> None:
    first = admin.post(reverse(ADD), fields(athens))
    elsewhere = fields(simulator.clusters["oldie"], new_password="")

    response = admin.post(
        reverse(ADD), {**elsewhere, **hidden(first), "certificate_confirmed": "on"}
    )

    assert "new_password" in errors(response)


def test_a_certificate_that_changes_between_the_steps_is_asked_for_again(
    admin: Client, athens: SimulatedCluster
) -> None:
    first = admin.post(reverse(ADD), fields(athens))
    seen = {**hidden(first), "seen_fingerprint": "ab" * 32}

    response = admin.post(
        reverse(ADD), fields(athens, certificate_confirmed="on", **seen)
    )

    assert response.status_code == HTTPStatus.OK
    assert spelled(athens) in response.content.decode()
    assert athens.call_count == 0
    assert 'certificate_confirmed" checked' not in response.content.decode()


def test_a_fingerprint_that_was_typed_needs_no_confirmation(
    admin: Client, athens: SimulatedCluster
) -> None:
    given = fields(athens, fingerprint=f"sha256 Fingerprint={spelled(athens).lower()}")

    response = admin.post(reverse(ADD), given)

    assert response.status_code == HTTPStatus.FOUND
    assert Cluster.objects.get().fingerprint == spelled(athens)


def test_a_wrong_password_is_refused_at_its_field(
    admin: Client, athens: SimulatedCluster
) -> None:
    given = fields(athens, fingerprint=athens.fingerprint, new_password="guessed")

    response = admin.post(reverse(ADD), given)

    assert "wrong password" in errors(response)["new_password"][0]
    assert not Cluster.objects.exists()


def test_a_user_who_may_only_read_is_accepted_and_said_to_be(
    admin: Client, athens: SimulatedCluster
) -> None:
    given = fields(athens, fingerprint=athens.fingerprint, username="viewer")

    response = admin.post(reverse(ADD), given)

    assert Cluster.objects.get().can_write is False
    assert "read-only access" in said(response)


def test_what_does_not_answer_is_saved_only_when_told_to(
    admin: Client, athens: SimulatedCluster
) -> None:
    athens.go_down()
    given = fields(athens)

    refused = admin.post(reverse(ADD), given)
    saved = admin.post(reverse(ADD), {**given, "save_anyway": "on"})

    assert "No response" in errors(refused)["hostname"][0]
    assert "save_anyway" in refused.content.decode()
    assert saved.status_code == HTTPStatus.FOUND
    cluster = Cluster.objects.get()
    assert (cluster.can_write, cluster.fingerprint) == (None, "")
    assert "Saved, but the connection failed" in said(saved)


def test_a_version_that_is_too_old_is_refused_in_clear_words(
    admin: Client, simulator: Simulator
) -> None:
    oldie = simulator.clusters["oldie"]

    response = admin.post(reverse(ADD), fields(oldie, fingerprint=oldie.fingerprint))

    assert "Ganeti 2.3" in errors(response)["hostname"][0]


def test_testing_shows_everything_and_saves_nothing(
    admin: Client, athens: SimulatedCluster
) -> None:
    given = fields(athens, fingerprint=athens.fingerprint, _test="Test")

    response = admin.post(reverse(ADD), given)

    page = response.content.decode()
    assert "The connection works; nothing was saved" in page
    assert "Ganeti 3.0.2" in page
    assert "errornote" not in page
    assert not Cluster.objects.exists()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_no_verification_is_possible_and_shouts(
    admin: Client, athens: SimulatedCluster
) -> None:
    response = admin.post(reverse(ADD), fields(athens, verification="off"))

    assert "its certificate isn't verified" in said(response)
    assert "Not verified" in admin.get(reverse(LIST)).content.decode()


def test_the_cluster_is_asked_at_once_when_saved(
    admin: Client, athens: SimulatedCluster, in_background: list[str]
) -> None:
    admin.post(reverse(ADD), fields(athens, fingerprint=athens.fingerprint))

    assert in_background == ["athens"]


def test_no_transaction_waits_for_a_cluster(
    admin: Client, athens: SimulatedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, depths = connections.transport_factory, []

    def transport(endpoint: Endpoint) -> Transport:
        depths.append(len(connection.savepoint_ids))
        return whole(endpoint)

    monkeypatch.setattr(connections, "transport_factory", transport)
    outside = len(connection.savepoint_ids)

    admin.post(reverse(ADD), fields(athens, fingerprint=athens.fingerprint))

    assert depths == [outside]
    assert Cluster.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("hostname", "https://athens.example.org", "only the name or address"),
        ("hostname", "athens:5080/2", "only the name or address"),
        ("slug", "lock", "reserved for other pages"),
        ("fingerprint", "12:34", "64 hexadecimal digits"),
        ("port", "70000", "65535"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field_and_nobody_is_asked(
    admin: Client, athens: SimulatedCluster, field: str, value: str, words: str
) -> None:
    response = admin.post(reverse(ADD), fields(athens, **{field: value}))

    assert words in errors(response)[field][0]
    assert athens.call_count == 0


def test_a_ca_file_that_cannot_be_read_is_said_at_its_field(
    admin: Client, athens: SimulatedCluster
) -> None:
    given = fields(athens, verification="ca_file", ca_file="/nowhere.pem")

    response = admin.post(reverse(ADD), given)

    assert "can't read the file" in errors(response)["ca_file"][0]


def test_without_a_short_name_the_host_s_is_taken(
    admin: Client, athens: SimulatedCluster
) -> None:
    admin.post(reverse(ADD), fields(athens, slug="", fingerprint=athens.fingerprint))

    assert Cluster.objects.get().slug == "127-0-0-1"


def test_several_clusters_may_answer_at_one_host_but_one_at_an_address(
    admin: Client, athens: SimulatedCluster
) -> None:
    added(athens, port=athens.port + 1, slug="berlin")
    given = fields(athens, fingerprint=athens.fingerprint)

    first = admin.post(reverse(ADD), given)
    second = admin.post(reverse(ADD), {**given, "slug": "again"})

    assert first.status_code == HTTPStatus.FOUND
    assert "This cluster already exists." in errors(second)["__all__"][0]
