"""CD-ROM URLs, which this site probes before a node fetches them."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster
from tests.ganeti.configuring import ISO, add, configure
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup

pytestmark = pytest.mark.usefixtures("probed_urls")


def test_a_new_cdrom_url_is_probed_and_submitted(
    client: Client, alice: User, published: FakeRapi, probed_urls: list[str]
) -> None:
    client.force_login(alice)

    configure(client, cdrom_image_path=ISO, boot_order="cdrom")

    assert probed_urls == [ISO]
    assert published.jobs[0].call.body["hvparams"] == {
        "boot_order": "cdrom",
        "cdrom_image_path": ISO,
    }


def test_a_missing_image_is_reported_and_typed_values_are_kept(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    response = configure(client, cdrom_image_path="no", nic_type="e1000")

    page = markup(response)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "There is nothing." in page
    assert 'value="no"' in page
    assert '<option value="e1000" selected>' in page
    assert published.jobs == []


def test_the_current_cdrom_is_not_probed(
    client: Client,
    alice: User,
    published: FakeRapi,
    cluster: Cluster,
    probed_urls: list[str],
) -> None:
    """Staff may have set a path on the node, which is no URL."""
    add(cluster, published, "cd1", hv_cdrom_image_path="/srv/rescue.iso")
    client.force_login(alice)

    configure(client, "cd1", cdrom_image_path="/srv/rescue.iso", nic_type="e1000")

    assert probed_urls == []
    assert published.jobs[0].call.body["hvparams"] == {"nic_type": "e1000"}


def test_booting_from_cdrom_requires_an_image(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    response = configure(client, boot_order="cdrom")

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "To boot from CD-ROM, enter the URL of an image." in markup(response)


def test_a_setting_allows_private_addresses(
    client: Client, alice: User, published: FakeRapi, settings: Settings
) -> None:
    settings.CDROM_ALLOW_PRIVATE_ADDRESSES = True
    client.force_login(alice)

    assert "There is nothing." in markup(configure(client, cdrom_image_path=ISO))


@pytest.mark.parametrize(
    ("person", "name", "status"),
    [
        ("carol", "web1", 404),
        ("olga", "web1", 403),
        ("alice", "mail1", 403),
        ("alice", "old1", 403),
        ("alice", "web10", 404),
    ],
)
def test_users_without_rights_cause_no_probe(
    client: Client,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    probed_urls: list[str],
    person: str,
    name: str,
    status: int,
) -> None:
    client.force_login(request.getfixturevalue(person))

    response = configure(client, name, cdrom_image_path=ISO)

    assert response.status_code == status
    assert (probed_urls, published.jobs) == ([], [])
    assert AuditEntry.objects.get().refused
