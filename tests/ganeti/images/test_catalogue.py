"""The images of all sources together."""

from typing import Any

import pytest
from django.utils import translation
from pytest_django import Settings

from apps.ganeti import images
from apps.ganeti.images import sources
from apps.ganeti.images.sources import SourceKind
from apps.ganeti.models import ImageSource

pytestmark = pytest.mark.django_db


def image(description: str, **given: Any) -> dict[str, Any]:
    return {"description": description, "provider": "image+default", **given}


def keep(number: int, *found: str) -> None:
    """Let a source of the settings be known to have images of these ids."""
    source = sources.configured()[number]
    rows = [{"id": name, **image(f"{name} of {source.url}")} for name in found]
    ImageSource.objects.create(
        key=source.key,
        url=source.url,
        images=rows,
        fetched_at="2026-01-01T00:00Z",
    )


@pytest.fixture
def three(settings: Settings) -> Settings:
    settings.OPERATING_SYSTEMS = {"debian": image("Debian"), "arch": image("Arch")}
    settings.OPERATING_SYSTEMS_URLS = ["http://a/", "http://b/"]
    settings.SNF_OPERATING_SYSTEMS_URLS = ["http://c/"]
    settings.IMAGES_URL = "http://d/"
    return settings


def test_nothing_is_known_but_the_settings_before_a_watcher_ran(
    three: Settings,
) -> None:
    catalogue = images.load_catalogue()

    assert list(catalogue.images) == ["debian", "arch"]
    assert len(catalogue.unknown) == 4


def test_images_come_in_the_order_of_the_sources(three: Settings) -> None:
    keep(3, "d1")
    keep(0, "a2", "a1")
    keep(2, "c1")

    catalogue = images.load_catalogue()

    assert list(catalogue.images) == ["debian", "arch", "a2", "a1", "c1", "d1"]
    assert [source_images.source.kind for source_images in catalogue.sources] == [
        SourceKind.SETTINGS,
        SourceKind.LISTING,
        SourceKind.LISTING,
        SourceKind.SNF,
        SourceKind.META,
    ]


def test_of_two_images_with_one_id_the_first_source_wins(three: Settings) -> None:
    keep(0, "x", "debian")
    keep(1, "x", "y")

    catalogue = images.load_catalogue()

    settings, first, second, *_ = catalogue.sources
    found = catalogue.find("x")
    assert found is not None
    assert found.description == "x of http://a/"
    assert list(catalogue.images) == ["debian", "arch", "x", "y"]
    assert settings.duplicates == ()
    assert [(it.id, it.first.kind) for it in first.duplicates] == [
        ("debian", SourceKind.SETTINGS)
    ]
    assert [(it.id, it.first.url) for it in second.duplicates] == [("x", "http://a/")]


def test_no_operating_system_comes_first_in_the_readers_language(
    three: Settings,
) -> None:
    with translation.override("el"):
        (key, label), *others = images.load_catalogue().choices()
        assert (key, str(label) != "") == ("", True)

    assert others == [("debian", "Debian"), ("arch", "Arch")]


def test_images_that_are_described_alike_are_told_apart_by_their_ids(
    settings: Settings,
) -> None:
    settings.OPERATING_SYSTEMS = {"a": image("Debian"), "b": image("Debian")}

    assert images.load_catalogue().choices()[1:] == [
        ("a", "Debian (a)"),
        ("b", "Debian (b)"),
    ]


def test_what_is_not_known_is_not_found(settings: Settings) -> None:
    assert images.load_catalogue().find("none") is None
    assert images.load_catalogue().find("") is None


def test_the_same_address_twice_is_one_source(settings: Settings) -> None:
    settings.OPERATING_SYSTEMS_URLS = ["http://a/", "http://a/"]

    assert len(sources.configured()) == 1


def test_a_source_is_another_when_a_setting_of_its_changes(settings: Settings) -> None:
    settings.OPERATING_SYSTEMS_URLS = ["http://a/"]
    before = sources.configured()[0].key

    settings.OPERATING_SYSTEMS_SSH_KEY_PARAM = "other"

    assert sources.configured()[0].key != before
