"""Fetching sources of images that are due, as a chore of the watcher."""

import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.ganeti import images
from apps.ganeti.domain.osimage import OsImage
from apps.ganeti.images import fetching, reading, sources
from apps.ganeti.images.sources import Source, SourceKind
from apps.ganeti.models import ImageSource
from tests.ganeti.images.conftest import ImageServer, break_off, send, send_slowly

IMAGE = {"description": "Debian 12", "provider": "image+default"}
META = json.dumps(IMAGE).encode()


@pytest.fixture
def source(server: ImageServer, settings: Settings, db: None) -> ImageServer:
    """Return the server of the only source in the settings, with one image."""
    server.pages["/debian.meta"] = META
    settings.IMAGES_URL = [server.url]
    return server


def image_ids() -> list[str]:
    return list(images.load_catalogue().images)


def let_a_day_pass() -> None:
    """Make the sources due as a day later."""
    for row in ImageSource.objects.all():
        row.next_at -= timedelta(days=1)
        row.save()


def pauses() -> list[int]:
    """Return the seconds until each source is due."""
    now = timezone.now()
    return [
        round((row.next_at - now).total_seconds()) for row in ImageSource.objects.all()
    ]


def test_images_are_offered_after_fetching(source: ImageServer) -> None:
    catalogue = images.load_catalogue()

    assert fetching.fetch_due() == 1

    assert (
        list(catalogue.images),
        [source_images.contacted for source_images in catalogue.sources],
    ) == (
        [],
        [True, False],
    )
    assert image_ids() == ["debian"]
    assert images.load_catalogue().unknown == []


def test_a_source_is_fetched_once_a_day(source: ImageServer) -> None:
    fetching.fetch_due()
    request_count = len(source.requested_paths)

    assert fetching.fetch_due() == 0
    assert len(source.requested_paths) == request_count
    assert pauses() == [24 * 3600]

    let_a_day_pass()
    assert fetching.fetch_due() == 1


def test_a_changed_setting_is_fetched_at_once(
    source: ImageServer, other_server: ImageServer, settings: Settings
) -> None:
    fetching.fetch_due()
    other_server.pages["/a.img"] = b""

    settings.OPERATING_SYSTEMS_URLS = [other_server.url]
    assert fetching.fetch_due() == 1
    settings.OPERATING_SYSTEMS_PROVIDER = "other+default"
    assert fetching.fetch_due() == 1

    image = images.load_catalogue().find("a.img")
    assert image is not None
    assert image.provider == "other+default"


def test_a_failing_source_keeps_its_images_for_days(source: ImageServer) -> None:
    fetching.fetch_due()
    for _ in range(3):
        let_a_day_pass()
        source.pages["/"] = break_off
        assert fetching.fetch_due() == 1

    source_images = images.load_catalogue().sources[-1]
    assert image_ids() == ["debian"]
    assert source_images.broken
    assert source_images.error == "The connection was lost."


@pytest.mark.parametrize(
    "page",
    [b"", b"<h1>Under maintenance</h1>", b'<a href="/status">Status</a>', b"{}"],
)
def test_a_page_without_images_keeps_the_previous_ones(
    source: ImageServer, page: bytes
) -> None:
    """A mirror's maintenance page removed all images for a day."""
    fetching.fetch_due()
    let_a_day_pass()
    source.pages["/"] = page

    fetching.fetch_due()

    source_images = images.load_catalogue().sources[-1]
    assert image_ids() == ["debian"]
    assert source_images.broken
    assert (
        source_images.error
        == "It no longer lists any images; the previous ones are kept."
    )
    assert pauses() == [30]


def test_malformed_files_keep_the_previous_images(source: ImageServer) -> None:
    fetching.fetch_due()
    let_a_day_pass()
    source.pages["/debian.meta"] = b"<h1>Under maintenance</h1>"

    fetching.fetch_due()

    assert image_ids() == ["debian"]
    assert images.load_catalogue().sources[-1].broken


def test_a_failing_source_keeps_a_partial_first_result(
    source: ImageServer,
) -> None:
    source.pages["/ubuntu.meta"] = break_off
    fetching.fetch_due()
    let_a_day_pass()
    source.pages["/"] = break_off

    fetching.fetch_due()

    assert image_ids() == ["debian"]


def test_an_image_that_cannot_be_saved_fails_its_source_only(
    source: ImageServer,
    settings: Settings,
    other_server: ImageServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Such a source was fetched again every 1.5 s without a report."""
    other_server.pages["/a.img"] = b""
    settings.OPERATING_SYSTEMS_URLS = [other_server.url]
    deep: dict[str, object] = {}
    for _ in range(5000):
        deep = {"a": deep}
    image = OsImage("deep", "Deep", "image+default", deep)
    results = {SourceKind.META: reading.FetchResult([image])}
    read = reading.read
    monkeypatch.setattr(
        reading, "read", lambda source: results.get(source.kind) or read(source)
    )

    fetching.fetch_due()

    assert image_ids() == ["a.img"]
    source_images = images.load_catalogue().sources[-1]
    assert "RecursionError" in source_images.error
    assert sorted(pauses()) == [30, 24 * 3600]


def test_an_incomplete_result_keeps_all_previous_images(source: ImageServer) -> None:
    source.pages["/ubuntu.meta"] = META
    fetching.fetch_due()
    source.pages["/ubuntu.meta"] = break_off
    let_a_day_pass()

    fetching.fetch_due()

    assert image_ids() == ["debian", "ubuntu"]
    assert images.load_catalogue().sources[-1].broken


def test_an_incomplete_first_result_is_offered(source: ImageServer) -> None:
    source.pages["/ubuntu.meta"] = break_off

    fetching.fetch_due()

    assert image_ids() == ["debian"]
    assert images.load_catalogue().sources[-1].broken


def test_pauses_grow_while_a_source_fails(source: ImageServer) -> None:
    source.pages["/"] = break_off
    all_pauses = []
    for _ in range(9):
        fetching.fetch_due()
        all_pauses += pauses()
        let_a_day_pass()

    assert all_pauses[:4] == [30, 60, 120, 240]
    assert all_pauses[-1] == 3600


def test_the_beginning_of_a_failure_is_kept_until_success(
    source: ImageServer,
) -> None:
    source.pages["/"] = break_off
    fetching.fetch_due()
    since = images.load_catalogue().sources[-1].failing_since
    let_a_day_pass()
    fetching.fetch_due()
    assert images.load_catalogue().sources[-1].failing_since == since

    del source.pages["/"]
    let_a_day_pass()
    fetching.fetch_due()

    source_images = images.load_catalogue().sources[-1]
    assert (source_images.failing_since, source_images.error, source_images.broken) == (
        None,
        "",
        False,
    )
    assert pauses() == [24 * 3600]


def test_a_source_that_is_down_does_not_affect_others(
    source: ImageServer, other_server: ImageServer, settings: Settings
) -> None:
    other_server.stop()
    settings.IMAGES_URL = [other_server.url, source.url]

    assert fetching.fetch_due() == 2

    assert image_ids() == ["debian"]
    assert [
        source_images.broken for source_images in images.load_catalogue().sources
    ] == [False, True, False]


def test_several_sources_of_each_kind_are_fetched(
    source: ImageServer, other_server: ImageServer, settings: Settings
) -> None:
    """Two image sources raised a TypeError."""
    source.pages["/a.img"] = other_server.pages["/b.img"] = b""
    other_server.pages["/ubuntu.meta"] = META
    urls = [source.url, other_server.url]
    settings.OPERATING_SYSTEMS_URLS = settings.IMAGES_URL = urls

    assert fetching.fetch_due() == 4

    assert image_ids() == ["a.img", "b.img", "debian", "ubuntu"]


def test_an_exception_in_one_source_does_not_affect_others(
    source: ImageServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reading.read

    def fail_for_one(source: Source) -> reading.FetchResult:
        return read(source) if source.url.endswith("/") else 1 / 0  # type: ignore[return-value]

    monkeypatch.setattr(reading, "read", fail_for_one)
    settings.IMAGES_URL = [source.url + "faulty", source.url]

    fetching.fetch_due()

    assert image_ids() == ["debian"]
    assert "the log" in images.load_catalogue().sources[1].error


def test_a_source_is_fetched_by_one_watcher(source: ImageServer) -> None:
    requests: list[int] = []

    def record(handler: BaseHTTPRequestHandler) -> None:
        requests.append(1)
        send(handler, META)

    source.pages["/debian.meta"] = record
    taken = list(fetching._lease_due(sources.configured()))

    assert fetching.fetch_due() == 0
    assert (len(taken), requests) == (1, [])


def test_the_lease_of_a_dead_watcher_expires(source: ImageServer) -> None:
    list(fetching._lease_due(sources.configured()))
    ImageSource.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    assert fetching.fetch_due() == 1


def test_a_stopped_watcher_releases_its_leases(source: ImageServer) -> None:
    list(fetching._lease_due(sources.configured()))

    fetching.release()

    assert fetching.fetch_due() == 1


def test_a_result_after_the_lease_is_discarded(source: ImageServer) -> None:
    ((_, row),) = fetching._lease_due(sources.configured())
    ImageSource.objects.update(holder="another", images=[{"id": "x", **IMAGE}])

    fetching._store_images(row, reading.FetchResult())

    assert image_ids() == ["x"]


@pytest.mark.usefixtures("short_timeouts")
def test_a_hanging_source_delays_others_only_briefly(
    source: ImageServer,
    other_server: ImageServer,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other_server.pages["/"] = send_slowly
    settings.IMAGES_URL = [other_server.url, source.url]
    monkeypatch.setattr(fetching, "FETCH_TIMEOUT_S", 1)

    fetching.fetch_due()

    assert image_ids() == ["debian"]
    assert images.load_catalogue().sources[1].error == "It takes too long to respond."


def test_all_sources_can_be_made_due(source: ImageServer) -> None:
    fetching.schedule_all()
    assert fetching.fetch_due() == 1
    source.pages["/ubuntu.meta"] = META
    assert not images.load_catalogue().sources[-1].due

    fetching.schedule_all()

    assert images.load_catalogue().sources[-1].due
    assert fetching.fetch_due() == 1
    assert image_ids() == ["debian", "ubuntu"]


def test_removed_sources_are_deleted_after_a_while(
    source: ImageServer, settings: Settings, other_server: ImageServer
) -> None:
    fetching.fetch_due()
    settings.IMAGES_URL = [other_server.url]
    fetching.fetch_due()
    assert ImageSource.objects.count() == 2

    for _ in range(9):
        let_a_day_pass()
    fetching.fetch_due()

    assert ImageSource.objects.get().url == other_server.url


def test_images_survive_a_cleared_cache(source: ImageServer) -> None:
    fetching.fetch_due()

    cache.clear()

    assert image_ids() == ["debian"]


def test_reading_takes_one_query_and_none_without_sources(
    source: ImageServer,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    fetching.fetch_due()

    with django_assert_num_queries(1):
        fetching.fetch_due()
    with django_assert_num_queries(1):
        images.load_catalogue()
    settings.IMAGES_URL = []
    with django_assert_num_queries(0):
        fetching.fetch_due()
        images.load_catalogue()


def test_a_password_in_an_address_is_not_saved(
    source: ImageServer, settings: Settings
) -> None:
    settings.IMAGES_URL = [source.url.replace("//", "//me:secret@")]

    fetching.fetch_due()

    assert "secret" not in ImageSource.objects.get().url
    assert image_ids() == ["debian"]
