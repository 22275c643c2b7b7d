"""Adding a cluster, which is tested before it is saved."""

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
    create_cluster,
    errors,
    fields,
    formatted_fingerprint,
    hidden_fields,
    messages_of,
)

# -- adding


def test_a_certificate_is_shown_before_anything_is_sent(
    admin: Client, athens: SimulatedCluster
) -> None:
    response = admin.post(reverse(ADD), fields(athens))

    page = response.content.decode()
    assert response.status_code == HTTPStatus.OK
    assert formatted_fingerprint(athens) in page
    assert "CN=athens" in page
    assert "errornote" not in page
    assert athens.call_count == 0
    assert not Cluster.objects.exists()


def test_a_confirmed_certificate_is_pinned_and_the_cluster_saved(
    admin: Client, athens: SimulatedCluster
) -> None:
    first = admin.post(reverse(ADD), fields(athens))

    second = admin.post(
        reverse(ADD),
        fields(
            athens, new_password="", certificate_confirmed="on", **hidden_fields(first)
        ),
    )

    assert second.status_code == HTTPStatus.FOUND
    cluster = Cluster.objects.get()
    assert cluster.fingerprint == formatted_fingerprint(athens)
    assert cluster.password == "secret"
    assert cluster.can_write is True
    assert "athens: Ganeti 3.0.2, 3 nodes, 5 instances" in messages_of(second)
    assert "has read and write access" in messages_of(second)


def test_the_page_between_the_steps_has_only_a_sealed_password(
    admin: Client, athens: SimulatedCluster
) -> None:
    values = fields(athens, new_password="open sesame")

    response = admin.post(reverse(ADD), values)

    assert "open sesame" not in response.content.decode()
    assert hidden_fields(response)["sealed_password"]


def test_a_sealed_password_is_not_sent_to_another_host(
    admin: Client, athens: SimulatedCluster, simulator: Simulator
) -> None:
    first = admin.post(reverse(ADD), fields(athens))
    other_fields = fields(simulator.clusters["oldie"], new_password="")

    response = admin.post(
        reverse(ADD),
        {**other_fields, **hidden_fields(first), "certificate_confirmed": "on"},
    )

    assert "new_password" in errors(response)


def test_a_certificate_that_changes_must_be_confirmed_again(
    admin: Client, athens: SimulatedCluster
) -> None:
    first = admin.post(reverse(ADD), fields(athens))
    step_fields = {**hidden_fields(first), "seen_fingerprint": "ab" * 32}

    response = admin.post(
        reverse(ADD), fields(athens, certificate_confirmed="on", **step_fields)
    )

    assert response.status_code == HTTPStatus.OK
    assert formatted_fingerprint(athens) in response.content.decode()
    assert athens.call_count == 0
    assert 'certificate_confirmed" checked' not in response.content.decode()


def test_a_typed_fingerprint_needs_no_confirmation(
    admin: Client, athens: SimulatedCluster
) -> None:
    values = fields(
        athens,
        fingerprint=f"sha256 Fingerprint={formatted_fingerprint(athens).lower()}",
    )

    response = admin.post(reverse(ADD), values)

    assert response.status_code == HTTPStatus.FOUND
    assert Cluster.objects.get().fingerprint == formatted_fingerprint(athens)


def test_a_wrong_password_is_a_field_error(
    admin: Client, athens: SimulatedCluster
) -> None:
    values = fields(athens, fingerprint=athens.fingerprint, new_password="guessed")

    response = admin.post(reverse(ADD), values)

    assert "wrong password" in errors(response)["new_password"][0]
    assert not Cluster.objects.exists()


def test_a_user_with_read_access_is_accepted_with_a_warning(
    admin: Client, athens: SimulatedCluster
) -> None:
    values = fields(athens, fingerprint=athens.fingerprint, username="viewer")

    response = admin.post(reverse(ADD), values)

    assert Cluster.objects.get().can_write is False
    assert "read-only access" in messages_of(response)


def test_an_unreachable_cluster_is_saved_only_on_request(
    admin: Client, athens: SimulatedCluster
) -> None:
    athens.go_down()
    values = fields(athens)

    refused = admin.post(reverse(ADD), values)
    saved = admin.post(reverse(ADD), {**values, "save_anyway": "on"})

    assert "No response" in errors(refused)["hostname"][0]
    assert "save_anyway" in refused.content.decode()
    assert saved.status_code == HTTPStatus.FOUND
    cluster = Cluster.objects.get()
    assert (cluster.can_write, cluster.fingerprint) == (None, "")
    assert "Saved, but the connection failed" in messages_of(saved)


def test_a_version_that_is_too_old_is_refused(
    admin: Client, simulator: Simulator
) -> None:
    oldie = simulator.clusters["oldie"]

    response = admin.post(reverse(ADD), fields(oldie, fingerprint=oldie.fingerprint))

    assert "Ganeti 2.3" in errors(response)["hostname"][0]


def test_testing_saves_nothing(admin: Client, athens: SimulatedCluster) -> None:
    values = fields(athens, fingerprint=athens.fingerprint, _test="Test")

    response = admin.post(reverse(ADD), values)

    page = response.content.decode()
    assert "The connection works; nothing was saved" in page
    assert "Ganeti 3.0.2" in page
    assert "errornote" not in page
    assert not Cluster.objects.exists()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_verification_may_be_off_with_a_warning(
    admin: Client, athens: SimulatedCluster
) -> None:
    response = admin.post(reverse(ADD), fields(athens, verification="off"))

    assert "its certificate isn't verified" in messages_of(response)
    assert "Not verified" in admin.get(reverse(LIST)).content.decode()


def test_a_saved_cluster_is_refreshed_at_once(
    admin: Client, athens: SimulatedCluster, background_refreshes: list[str]
) -> None:
    admin.post(reverse(ADD), fields(athens, fingerprint=athens.fingerprint))

    assert background_refreshes == ["athens"]


def test_clusters_are_called_outside_of_transactions(
    admin: Client, athens: SimulatedCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory, depths = connections.transport_factory, []

    def transport(endpoint: Endpoint) -> Transport:
        depths.append(len(connection.savepoint_ids))
        return factory(endpoint)

    monkeypatch.setattr(connections, "transport_factory", transport)
    depth = len(connection.savepoint_ids)

    admin.post(reverse(ADD), fields(athens, fingerprint=athens.fingerprint))

    assert depths == [depth]
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
def test_invalid_values_are_field_errors_without_calls(
    admin: Client, athens: SimulatedCluster, field: str, value: str, words: str
) -> None:
    response = admin.post(reverse(ADD), fields(athens, **{field: value}))

    assert words in errors(response)[field][0]
    assert athens.call_count == 0


def test_an_unreadable_ca_file_is_a_field_error(
    admin: Client, athens: SimulatedCluster
) -> None:
    values = fields(athens, verification="ca_file", ca_file="/nowhere.pem")

    response = admin.post(reverse(ADD), values)

    assert "can't read the file" in errors(response)["ca_file"][0]


def test_the_slug_defaults_to_the_host_name(
    admin: Client, athens: SimulatedCluster
) -> None:
    admin.post(reverse(ADD), fields(athens, slug="", fingerprint=athens.fingerprint))

    assert Cluster.objects.get().slug == "127-0-0-1"


def test_host_and_port_must_be_unique(admin: Client, athens: SimulatedCluster) -> None:
    create_cluster(athens, port=athens.port + 1, slug="berlin")
    values = fields(athens, fingerprint=athens.fingerprint)

    first = admin.post(reverse(ADD), values)
    second = admin.post(reverse(ADD), {**values, "slug": "again"})

    assert first.status_code == HTTPStatus.FOUND
    assert "This cluster already exists." in errors(second)["__all__"][0]
