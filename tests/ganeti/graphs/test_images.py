"""Images of collectd's grapher."""

import threading

import pytest
from django.contrib.auth.models import Permission, User
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from apps.ganeti.graphs import fetching
from apps.ganeti.graphs.images import MAX_BYTES, PNG, Image
from tests.conftest import Sent
from tests.ganeti.graphs.conftest import Answer, GraphServer, send, send_slowly

pytestmark = pytest.mark.usefixtures("published")
IMAGE = "/graph/athens/web1/cpu-ts"


def is_no_data(response: HttpResponseBase) -> bool:
    return (
        response.status_code == 302
        and response.headers["Location"] == "/static/ganetimgr/img/no-data.svg"
    )


@pytest.fixture
def reader(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("", "/base/web1/cpu-ts.png/-1d,now"),
        ("/-1h,now", "/base/web1/cpu-ts.png/-1h,now"),
        (
            "/1700000000,1700003600/eth1",
            "/base/web1/cpu-ts.png/1700000000,1700003600/eth1",
        ),
        ("/eth0/", "/base/web1/cpu-ts.png/-1d,now/eth0"),
    ],
)
def test_an_image_is_fetched_from_the_grapher(
    reader: Client, collectd: GraphServer, address: str, path: str
) -> None:
    response = reader.get(f"{IMAGE}{address}")

    assert collectd.paths == [path]
    assert response.content == PNG + b"drawn"
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_names_are_quoted() -> None:
    assert Image("../a b?c", "cpu-ts").path == "..%2Fa%20b%3Fc/cpu-ts.png/-1d,now"


@pytest.mark.parametrize(
    "address",
    [
        "CPU",
        "cpu_ts",
        "c" * 33,
        "cpu-ts/yesterday,now",
        "cpu-ts/-1d",
        "cpu-ts/-1d,now/lo",
        "cpu-ts/-1d,now/eth1000",
        "..%2Fcpu",
    ],
)
def test_other_addresses_dont_exist(
    reader: Client, collectd: GraphServer, address: str
) -> None:
    assert reader.get(f"/graph/athens/web1/{address}").status_code == 404
    assert collectd.paths == []


def test_an_image_is_fetched_once_a_minute(
    reader: Client, collectd: GraphServer
) -> None:
    for _ in range(3):
        assert reader.get(IMAGE).status_code == 200

    assert len(collectd.paths) == 1


@pytest.mark.parametrize("answer", [404, 500, b"<html>no graph</html>", b""])
def test_a_missing_image_is_requested_once_a_minute(
    reader: Client, collectd: GraphServer, answer: Answer
) -> None:
    collectd.answer = answer

    assert is_no_data(reader.get(IMAGE))
    assert is_no_data(reader.get(IMAGE))
    assert len(collectd.paths) == 1
    collectd.answer = PNG
    assert reader.get(f"{IMAGE}/-1h,now").status_code == 200


def test_an_image_that_is_too_large_is_not_read(
    reader: Client, collectd: GraphServer
) -> None:
    collectd.answer = lambda handler: send(handler, PNG + bytes(MAX_BYTES))

    assert is_no_data(reader.get(IMAGE))


@pytest.mark.usefixtures("short_timeouts")
def test_a_slow_grapher_is_left_alone_for_a_while(
    reader: Client, collectd: GraphServer
) -> None:
    collectd.answer = send_slowly

    assert is_no_data(reader.get(IMAGE))
    assert is_no_data(reader.get(f"{IMAGE}/-1h,now"))
    assert len(collectd.paths) == 1


@pytest.mark.usefixtures("short_timeouts")
def test_without_a_free_slot_there_is_no_request(
    reader: Client, collectd: GraphServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots = threading.BoundedSemaphore(1)
    monkeypatch.setattr(fetching, "_slots", slots)

    with slots:
        assert is_no_data(reader.get(IMAGE))
    assert reader.get(IMAGE).status_code == 200
    assert len(collectd.paths) == 1


def test_missing_graphs_send_no_mail(
    reader: Client, settings: Settings, collectd: GraphServer, sent: Sent
) -> None:
    settings.ADMINS = [("Admin", "admin@example.org")]
    collectd.answer = 500

    for number in range(122):
        assert is_no_data(reader.get(f"{IMAGE}/-{number + 1}h,now"))

    settings.COLLECTD_URL = "http://127.0.0.1:9"
    assert is_no_data(reader.get(IMAGE))
    assert sent() == []


def test_another_image_can_stand_for_missing_ones(
    reader: Client, settings: Settings, collectd: GraphServer
) -> None:
    collectd.answer = 404
    settings.NODATA_IMAGE = "ganetimgr/img/icon.svg"

    assert reader.get(IMAGE).headers["Location"] == "/static/ganetimgr/img/icon.svg"


@pytest.mark.usefixtures("collectd")
def test_graphs_of_all_instances_need_their_permission(
    client: Client, carol: User
) -> None:
    client.force_login(carol)
    assert client.get(IMAGE).status_code == 404

    carol.user_permissions.add(Permission.objects.get(codename="view_all_graphs"))

    assert client.get(IMAGE).status_code == 200
    assert client.get("/graph/athens/none/cpu-ts").status_code == 404
    assert client.get("/instances/athens/web1/").status_code == 404


def test_there_are_no_images_without_a_grapher(reader: Client) -> None:
    assert reader.get(IMAGE).status_code == 404
