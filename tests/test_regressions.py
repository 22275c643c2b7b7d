"""Regressions: faults of ganetimgr 2.x that no other test covers."""

import time

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.person import Person
from apps.auditlog.entries import Acting
from apps.ganeti import access
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.errors import RapiUnreachable
from apps.ganeti.rapi.transport import HttpTransport
from apps.ganeti.reads import inventory
from apps.ganeti.services import power
from apps.ganeti.state import connections, refreshing
from tests.ganeti.fakes import Call, FakeRapi
from tests.ganeti.state import machine


def test_the_port_of_a_cluster_is_used(db: None) -> None:
    cluster = Cluster(hostname="athens.example.org", slug="athens", port=5999)

    transport = connections._http(cluster.endpoint)

    assert isinstance(transport, HttpTransport)
    assert transport.endpoint.url == "https://athens.example.org:5999"


def test_cluster_passwords_are_stored_encrypted(cluster: Cluster) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ganeti_cluster")
        stored = str(cursor.fetchall())

    assert cluster.password == "secret"
    assert "secret" not in stored


def test_certificates_are_verified_by_default(
    db: None,
) -> None:
    cluster = Cluster.objects.create(hostname="athens.example.org", slug="athens")

    assert cluster.verification == Cluster.Verify.FINGERPRINT


def test_clearing_the_cache_loses_nothing_for_long(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    cache.clear()

    assert (
        inventory.visible(Person.of(alice)).find_instance("athens", "web1") is not None
    )


def test_a_machine_is_stopped_in_the_list_as_soon_as_its_job_has_ended(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    power.shutdown(cluster, machine(cluster, "web1"), by=by_alice)
    published.finish(1)

    refreshing.refresh_instances(cluster, ["web1"])

    assert machine(cluster, "web1").running is False


def test_machines_set_offline_are_neither_running_nor_missing(
    cluster: Cluster, every_state: FakeRapi
) -> None:
    instance = machine(cluster, "is-admin-offline")

    assert instance.state.value == "offline"
    assert instance.running is False
    assert not instance.changing


def test_a_cluster_that_hangs_delays_no_page(
    client: Client, cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    def hang(_call: Call) -> None:
        time.sleep(5)

    published.on_call = hang
    client.force_login(alice)
    started = time.monotonic()

    response = client.get(reverse("ganeti:instance-list"))

    assert response.status_code == 200
    assert time.monotonic() - started < 3
    assert published.calls == []


def test_a_cluster_that_refuses_hides_none_of_its_machines(
    client: Client, cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    response = client.get(reverse("ganeti:instance-detail", args=["athens", "web1"]))

    assert response.status_code == 200


def test_submission_works_at_once_without_beanstalkd(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, settings: Settings
) -> None:
    settings.BEANSTALK_URL = "beanstalk://192.0.2.1:11300"
    started = time.monotonic()

    job = power.reboot(cluster, machine(cluster, "web1"), by=by_alice)

    assert job.unfinished
    assert time.monotonic() - started < 1


def test_a_submission_that_never_arrived_can_be_tried_again(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    published.fail_submissions(RapiUnreachable("No.", sent=False))
    with pytest.raises(RapiUnreachable):
        power.reboot(cluster, machine(cluster, "web1"), by=by_alice)
    published.accept_submissions()

    assert power.reboot(cluster, machine(cluster, "web1"), by=by_alice).unfinished


def test_seeing_a_machine_does_not_imply_operating_it(
    cluster: Cluster, published: FakeRapi, olga: User
) -> None:
    person, instance = Person.of(olga), machine(cluster, "web1")

    assert access.may_see(person, instance)
    assert not access.may_operate(person, instance, None).allowed


@pytest.mark.parametrize("name", ["web1", "nothing"])
def test_missing_and_foreign_machines_get_the_same_answer(
    client: Client, published: FakeRapi, carol: User, name: str
) -> None:
    client.force_login(carol)

    pages = [
        client.get(reverse("ganeti:instance-detail", args=["athens", name])),
        client.post(reverse("ganeti:instance-reboot", args=["athens", name])),
    ]

    assert [page.status_code for page in pages] == [404, 404]
    assert not Job.objects.exists()


def test_names_are_sorted_naturally(
    client: Client, published: FakeRapi, olga: User
) -> None:
    client.force_login(olga)

    page = client.get(reverse("ganeti:instance-list")).content.decode()

    assert page.index(">web1<") < page.index(">web2<") < page.index(">web10<")
