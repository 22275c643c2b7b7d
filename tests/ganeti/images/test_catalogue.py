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


def image(description: str, **fields: Any) -> dict[str, Any]:
    return {"description": description, "provider": "image+default", **fields}


def save_images(number: int, *ids: str) -> None:
    """Save images with these ids as fetched from a source of the settings."""
    source = sources.configured()[number]
    rows = [{"id": name, **image(f"{name} of {source.url}")} for name in ids]
    ImageSource.objects.create(
        key=source.key,
        url=source.url,
        images=rows,
        fetched_at="2026-01-01T00:00Z",
    )


@pytest.fixture
def four_sources(settings: Settings) -> Settings:
    settings.OPERATING_SYSTEMS = {"debian": image("Debian"), "arch": image("Arch")}
    settings.OPERATING_SYSTEMS_URLS = ["http://a/", "http://b/"]
    settings.SNF_OPERATING_SYSTEMS_URLS = ["http://c/"]
    settings.IMAGES_URL = "http://d/"
    return settings


def test_only_images_of_the_settings_are_known_before_a_watcher_ran(
    four_sources: Settings,
) -> None:
    catalogue = images.load_catalogue()

    assert list(catalogue.images) == ["debian", "arch"]
    assert len(catalogue.unknown) == 4


def test_images_come_in_the_order_of_the_sources(four_sources: Settings) -> None:
    save_images(3, "d1")
    save_images(0, "a2", "a1")
    save_images(2, "c1")

    catalogue = images.load_catalogue()

    assert list(catalogue.images) == ["debian", "arch", "a2", "a1", "c1", "d1"]
    assert [source_images.source.kind for source_images in catalogue.sources] == [
        SourceKind.SETTINGS,
        SourceKind.LISTING,
        SourceKind.LISTING,
        SourceKind.SNF,
        SourceKind.META,
    ]


def test_of_two_images_with_one_id_the_first_source_wins(
    four_sources: Settings,
) -> None:
    save_images(0, "x", "debian")
    save_images(1, "x", "y")

    catalogue = images.load_catalogue()

    settings, first, second, *_ = catalogue.sources
    image = catalogue.find("x")
    assert image is not None
    assert image.description == "x of http://a/"
    assert list(catalogue.images) == ["debian", "arch", "x", "y"]
    assert settings.duplicates == ()
    assert [(duplicate.id, duplicate.first.kind) for duplicate in first.duplicates] == [
        ("debian", SourceKind.SETTINGS)
    ]
    assert [(duplicate.id, duplicate.first.url) for duplicate in second.duplicates] == [
        ("x", "http://a/")
    ]


def test_no_operating_system_comes_first_in_the_readers_language(
    four_sources: Settings,
) -> None:
    with translation.override("el"):
        (key, label), *choices = images.load_catalogue().choices()
        assert (key, str(label) != "") == ("", True)

    assert choices == [("debian", "Debian"), ("arch", "Arch")]


def test_equal_descriptions_are_followed_by_the_id(
    settings: Settings,
) -> None:
    settings.OPERATING_SYSTEMS = {"a": image("Debian"), "b": image("Debian")}

    assert images.load_catalogue().choices()[1:] == [
        ("a", "Debian (a)"),
        ("b", "Debian (b)"),
    ]


def test_unknown_ids_are_not_found(settings: Settings) -> None:
    assert images.load_catalogue().find("none") is None
    assert images.load_catalogue().find("") is None


def test_a_repeated_address_is_one_source(settings: Settings) -> None:
    settings.OPERATING_SYSTEMS_URLS = ["http://a/", "http://a/"]

    assert len(sources.configured()) == 1


def test_the_key_of_a_source_depends_on_its_settings(settings: Settings) -> None:
    settings.OPERATING_SYSTEMS_URLS = ["http://a/"]
    previous_key = sources.configured()[0].key

    settings.OPERATING_SYSTEMS_SSH_KEY_PARAM = "other"

    assert sources.configured()[0].key != previous_key
