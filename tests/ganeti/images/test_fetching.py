"""The watcher's chore: what is due is fetched, once, and what was good is kept."""

import contextlib
import json
import time
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
from tests.ganeti.images.conftest import Site, break_off, send

IMAGE = {"description": "Debian 12", "provider": "image+default"}
META = json.dumps(IMAGE).encode()


@pytest.fixture
def source(site: Site, settings: Settings, db: None) -> Site:
    """Return the one site that the settings name, with one image."""
    site.pages["/debian.meta"] = META
    settings.IMAGES_URL = [site.url]
    return site


def offered() -> list[str]:
    return list(images.load_catalogue().images)


def tomorrow() -> None:
    """Let a day pass for what is known of the sources."""
    for row in ImageSource.objects.all():
        row.next_at -= timedelta(days=1)
        row.save()


def pauses() -> list[int]:
    """Return how many seconds it is till each source is fetched again."""
    now = timezone.now()
    return [
        round((row.next_at - now).total_seconds()) for row in ImageSource.objects.all()
    ]


def test_what_a_source_has_is_offered_once_it_was_fetched(source: Site) -> None:
    before = images.load_catalogue()

    assert fetching.fetch_due() == 1

    assert (list(before.images), [it.contacted for it in before.sources]) == (
        [],
        [True, False],
    )
    assert offered() == ["debian"]
    assert images.load_catalogue().unknown == []


def test_a_day_long_nothing_is_asked_again(source: Site) -> None:
    fetching.fetch_due()
    asked = len(source.asked)

    assert fetching.fetch_due() == 0
    assert len(source.asked) == asked
    assert pauses() == [24 * 3600]

    tomorrow()
    assert fetching.fetch_due() == 1


def test_a_changed_setting_is_fetched_at_once(
    source: Site, other_site: Site, settings: Settings
) -> None:
    fetching.fetch_due()
    other_site.pages["/a.img"] = b""

    settings.OPERATING_SYSTEMS_URLS = [other_site.url]
    assert fetching.fetch_due() == 1
    settings.OPERATING_SYSTEMS_PROVIDER = "other+default"
    assert fetching.fetch_due() == 1

    image = images.load_catalogue().find("a.img")
    assert image is not None
    assert image.provider == "other+default"


def test_a_source_that_breaks_keeps_its_images_beyond_the_day(source: Site) -> None:
    fetching.fetch_due()
    for _ in range(3):
        tomorrow()
        source.pages["/"] = break_off
        assert fetching.fetch_due() == 1

    source_images = images.load_catalogue().sources[-1]
    assert offered() == ["debian"]
    assert source_images.broken
    assert source_images.error == "The connection broke off."


@pytest.mark.parametrize(
    "page",
    [b"", b"<h1>Under maintenance</h1>", b'<a href="/status">Status</a>', b"{}"],
)
def test_a_page_that_lists_nothing_any_more_takes_no_image_away(
    source: Site, page: bytes
) -> None:
    """A mirror's notice of maintenance emptied the offer for a day."""
    fetching.fetch_due()
    tomorrow()
    source.pages["/"] = page

    fetching.fetch_due()

    source_images = images.load_catalogue().sources[-1]
    assert offered() == ["debian"]
    assert source_images.broken
    assert (
        source_images.error
        == "It no longer lists any images; the previous ones are kept."
    )
    assert pauses() == [30]


def test_files_that_are_none_any_more_take_no_image_away(source: Site) -> None:
    fetching.fetch_due()
    tomorrow()
    source.pages["/debian.meta"] = b"<h1>Under maintenance</h1>"

    fetching.fetch_due()

    assert offered() == ["debian"]
    assert images.load_catalogue().sources[-1].broken


def test_a_source_that_gave_a_part_at_first_keeps_it_when_it_breaks(
    source: Site,
) -> None:
    source.pages["/ubuntu.meta"] = break_off
    fetching.fetch_due()
    tomorrow()
    source.pages["/"] = break_off

    fetching.fetch_due()

    assert offered() == ["debian"]


def test_a_value_that_the_database_does_not_take_is_the_sources_failure(
    source: Site, settings: Settings, other_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a source was fetched every 1.5 s for ever, and said to nobody."""
    other_site.pages["/a.img"] = b""
    settings.OPERATING_SYSTEMS_URLS = [other_site.url]
    deep: dict[str, object] = {}
    for _ in range(5000):
        deep = {"a": deep}
    image = OsImage("deep", "Deep", "image+default", deep)
    faulty = {SourceKind.META: reading.FetchResult([image])}
    read = reading.read
    monkeypatch.setattr(
        reading, "read", lambda source: faulty.get(source.kind) or read(source)
    )

    fetching.fetch_due()

    assert offered() == ["a.img"]
    source_images = images.load_catalogue().sources[-1]
    assert "RecursionError" in source_images.error
    assert sorted(pauses()) == [30, 24 * 3600]


def test_a_source_that_breaks_half_way_keeps_all_that_it_had(source: Site) -> None:
    source.pages["/ubuntu.meta"] = META
    fetching.fetch_due()
    source.pages["/ubuntu.meta"] = break_off
    tomorrow()

    fetching.fetch_due()

    assert offered() == ["debian", "ubuntu"]
    assert images.load_catalogue().sources[-1].broken


def test_of_a_source_that_never_was_whole_what_came_is_offered(source: Site) -> None:
    source.pages["/ubuntu.meta"] = break_off

    fetching.fetch_due()

    assert offered() == ["debian"]
    assert images.load_catalogue().sources[-1].broken


def test_after_a_failure_it_is_tried_soon_then_less_often(source: Site) -> None:
    source.pages["/"] = break_off
    seen = []
    for _ in range(9):
        fetching.fetch_due()
        seen += pauses()
        tomorrow()

    assert seen[:4] == [30, 60, 120, 240]
    assert seen[-1] == 3600


def test_since_when_it_is_broken_is_kept_and_forgotten_when_it_answers(
    source: Site,
) -> None:
    source.pages["/"] = break_off
    fetching.fetch_due()
    since = images.load_catalogue().sources[-1].failing_since
    tomorrow()
    fetching.fetch_due()
    assert images.load_catalogue().sources[-1].failing_since == since

    del source.pages["/"]
    tomorrow()
    fetching.fetch_due()

    source_images = images.load_catalogue().sources[-1]
    assert (source_images.failing_since, source_images.error, source_images.broken) == (
        None,
        "",
        False,
    )
    assert pauses() == [24 * 3600]


def test_a_source_that_is_down_costs_no_other_its_images(
    source: Site, other_site: Site, settings: Settings
) -> None:
    other_site.stop()
    settings.IMAGES_URL = [other_site.url, source.url]

    assert fetching.fetch_due() == 2

    assert offered() == ["debian"]
    assert [it.broken for it in images.load_catalogue().sources] == [False, True, False]


def test_two_image_sources_are_no_type_error(
    source: Site, other_site: Site, settings: Settings
) -> None:
    """Never again: two image sources, TypeError."""
    source.pages["/a.img"] = other_site.pages["/b.img"] = b""
    other_site.pages["/ubuntu.meta"] = META
    both = [source.url, other_site.url]
    settings.OPERATING_SYSTEMS_URLS = settings.IMAGES_URL = both

    assert fetching.fetch_due() == 4

    assert offered() == ["a.img", "b.img", "debian", "ubuntu"]


def test_a_fault_of_ours_in_one_source_costs_no_other(
    source: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reading.read

    def faulty(source: Source) -> reading.FetchResult:
        return read(source) if source.url.endswith("/") else 1 / 0  # type: ignore[return-value]  # it is the fault

    monkeypatch.setattr(reading, "read", faulty)
    settings.IMAGES_URL = [source.url + "faulty", source.url]

    fetching.fetch_due()

    assert offered() == ["debian"]
    assert "the log" in images.load_catalogue().sources[1].error


def test_what_one_watcher_fetches_no_other_fetches_too(source: Site) -> None:
    meanwhile: list[int] = []

    def slow(handler: BaseHTTPRequestHandler) -> None:
        meanwhile.append(1)
        send(handler, META)

    source.pages["/debian.meta"] = slow
    taken = list(fetching._lease_due(sources.configured()))

    assert fetching.fetch_due() == 0
    assert (len(taken), meanwhile) == (1, [])


def test_the_lease_of_a_watcher_that_died_runs_out(source: Site) -> None:
    list(fetching._lease_due(sources.configured()))
    ImageSource.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    assert fetching.fetch_due() == 1


def test_a_watcher_that_ends_leaves_its_leases_to_others(source: Site) -> None:
    list(fetching._lease_due(sources.configured()))

    fetching.release()

    assert fetching.fetch_due() == 1


def test_who_comes_too_late_overwrites_nothing(source: Site) -> None:
    ((_, row),) = fetching._lease_due(sources.configured())
    ImageSource.objects.update(holder="another", images=[{"id": "x", **IMAGE}])

    fetching._store_images(row, reading.FetchResult())

    assert offered() == ["x"]


@pytest.mark.usefixtures("impatient")
def test_a_source_that_hangs_holds_nobody_up_for_long(
    source: Site,
    other_site: Site,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        """Begin to answer, one letter at a time, which no timeout of a read ends."""
        with contextlib.suppress(OSError):
            for letter in b"HTTP/1.1 200 OK and so on and on and on":
                handler.wfile.write(bytes([letter]))
                time.sleep(0.2)

    other_site.pages["/"] = drip
    settings.IMAGES_URL = [other_site.url, source.url]
    monkeypatch.setattr(fetching, "FETCH_TIMEOUT_S", 1)

    fetching.fetch_due()

    assert offered() == ["debian"]
    assert images.load_catalogue().sources[1].error == "It takes too long to respond."


def test_staff_may_have_everything_fetched_again(source: Site) -> None:
    fetching.schedule_all()
    assert fetching.fetch_due() == 1
    source.pages["/ubuntu.meta"] = META
    assert not images.load_catalogue().sources[-1].due

    fetching.schedule_all()

    assert images.load_catalogue().sources[-1].due
    assert fetching.fetch_due() == 1
    assert offered() == ["debian", "ubuntu"]


def test_sources_that_nobody_names_any_more_are_forgotten_after_a_while(
    source: Site, settings: Settings, other_site: Site
) -> None:
    fetching.fetch_due()
    settings.IMAGES_URL = [other_site.url]
    fetching.fetch_due()
    assert ImageSource.objects.count() == 2

    for _ in range(9):
        tomorrow()
    fetching.fetch_due()

    assert ImageSource.objects.get().url == other_site.url


def test_a_cache_that_loses_everything_costs_no_image(source: Site) -> None:
    fetching.fetch_due()

    cache.clear()

    assert offered() == ["debian"]


def test_to_look_costs_one_question_and_none_without_sources(
    source: Site,
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


def test_a_password_in_an_address_is_not_kept(source: Site, settings: Settings) -> None:
    settings.IMAGES_URL = [source.url.replace("//", "//me:secret@")]

    fetching.fetch_due()

    assert "secret" not in ImageSource.objects.get().url
    assert offered() == ["debian"]
