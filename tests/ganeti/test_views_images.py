"""The list of images for programs, and the page of their sources for staff."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.ganeti.images import sources
from apps.ganeti.models import ImageSource, WatcherBeat
from tests.ganeti.pages import markup, notices, text

LIST = reverse("ganeti:operating-systems")
PAGE = reverse("ganeti:image-list")
FETCH = reverse("ganeti:images-fetch")
SECRET = {"img_passwd": "s3cret"}


@pytest.fixture
def images(settings: Settings) -> Settings:
    settings.OPERATING_SYSTEMS = {
        "debian": {
            "description": "Debian 12",
            "provider": "image+default",
            "osparams": SECRET,
            "ssh_key_param": "img_ssh_key_url",
        }
    }
    settings.IMAGES_URL = ["http://me:pass@images.example.org/pub/"]
    return settings


def heard(**given: Any) -> None:
    """Let the source of the settings have said something, and a watcher be there."""
    (source,) = sources.configured()
    now = timezone.now()
    values: dict[str, Any] = {
        "images": [{"id": "ubuntu", "description": "Ubuntu", "provider": "i+d"}],
        "fetched_at": now,
        "next_at": now + timedelta(days=1),
    }
    ImageSource.objects.update_or_create(
        key=source.key, defaults={"url": source.shown_url, **values, **given}
    )


def watched() -> None:
    now = timezone.now()
    WatcherBeat.objects.create(name="w", started_at=now, beat_at=now)


def seen(client: Client, user: User, **headers: str) -> str:
    client.force_login(user)
    return markup(client.get(PAGE, headers=headers))


# -- the list


@pytest.mark.usefixtures("images")
def test_everybody_gets_the_images_and_no_password_that_installs_them(
    client: Client, carol: User
) -> None:
    heard(images=[{"id": "u", "description": "U", "provider": "p", "osparams": SECRET}])
    client.force_login(carol)

    answer = client.get(LIST)

    assert answer.headers["Content-Type"] == "application/json"
    assert b"s3cret" not in answer.content
    nothing, debian, ubuntu = answer.json()["operating_systems"]
    assert nothing == {"id": "", "description": "No operating system", "provider": ""}
    assert debian == {
        "id": "debian",
        "description": "Debian 12",
        "provider": "image+default",
        "ssh_key_param": "img_ssh_key_url",
        "ssh_key_users": [],
    }
    assert ubuntu["id"] == "u"
    assert list(answer.json()) == ["operating_systems"]


@pytest.mark.usefixtures("images")
def test_staff_are_told_how_the_sources_are_too(client: Client, olga: User) -> None:
    since = timezone.now()
    heard(
        failing_since=since,
        last_error="It didn't respond in time.",
        problems=[["a.meta", "It isn't valid JSON."]],
        images=[{"id": "debian", "description": "D", "provider": "p"}],
    )
    client.force_login(olga)

    own, remote = client.get(LIST).json()["sources"]

    assert (own["setting"], own["images"]) == ("OPERATING_SYSTEMS", ["debian"])
    assert remote["setting"] == "IMAGES_URL"
    assert remote["url"] == "http://images.example.org/pub/"
    assert remote["error"] == "It didn't respond in time."
    assert remote["failing_since"].startswith(since.isoformat()[:19])
    assert [each["name"] for each in remote["problems"]] == ["a.meta", "debian"]


# -- the page


@pytest.mark.usefixtures("images")
def test_the_page_shows_each_source_with_its_images(client: Client, olga: User) -> None:
    heard()
    watched()

    page = seen(client, olga)

    assert "Debian 12" in page
    assert "Ubuntu" in page
    assert "http://images.example.org/pub/" in page
    assert "keys as an address in <code>img_ssh_key_url</code>" in page
    assert "s3cret" not in page
    assert "me:pass" not in page
    assert 'hx-trigger="every' not in page


@pytest.mark.usefixtures("images")
def test_a_broken_source_says_why_and_since_when_and_what_is_still_offered(
    client: Client, olga: User
) -> None:
    heard(
        failing_since=timezone.now() - timedelta(hours=3),
        last_error="It answers with an error: HTTP 503.",
    )

    page = text(seen(client, olga))

    assert "It answers with an error: HTTP 503." in page
    assert "First failed 3 h ago" in page
    assert "Its previous images are still available." in page


@pytest.mark.usefixtures("images")
def test_what_is_wrong_with_single_images_is_told(client: Client, olga: User) -> None:
    heard(
        problems=[["<b>.meta", "Expected one line of text: provider."]],
        images=[{"id": "debian", "description": "Other", "provider": "p"}],
    )

    page = seen(client, olga)

    assert "&lt;b&gt;.meta" in page
    assert "Expected one line of text: provider." in page
    assert "OPERATING_SYSTEMS has an image with this ID" in page


@pytest.mark.usefixtures("images")
def test_a_source_without_images_says_so(client: Client, olga: User) -> None:
    heard(images=[])

    assert "No images" in seen(client, olga)


@pytest.mark.usefixtures("images")
def test_a_source_that_is_awaited_is_looked_at_again(
    client: Client, olga: User
) -> None:
    watched()

    page = seen(client, olga)

    assert "Being fetched" in page
    assert 'hx-trigger="every 2s"' in page
    part = seen(client, olga, HX_Request="true")
    assert part.lstrip().startswith('<div id="sources"')


@pytest.mark.usefixtures("images")
def test_without_a_watcher_nobody_is_promised_anything(
    client: Client, olga: User
) -> None:
    page = seen(client, olga)

    assert "The watcher isn't running" in page
    assert "Not known yet" in page
    assert 'hx-trigger="every' not in page


def test_a_site_without_images_says_what_to_do(client: Client, olga: User) -> None:
    page = seen(client, olga)

    assert "No images yet" in page
    assert "Refresh" not in page


@pytest.mark.usefixtures("images")
def test_fetching_again_is_left_to_the_watcher(client: Client, olga: User) -> None:
    heard()
    watched()
    client.force_login(olga)

    answer = client.post(FETCH, follow=True)

    assert notices(answer) == ["Fetching all sources."]
    assert ImageSource.objects.get().next_at <= timezone.now()
    assert "Being fetched" in markup(answer)


@pytest.mark.usefixtures("images")
def test_who_is_not_staff_finds_neither(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.get(PAGE).status_code == HTTPStatus.NOT_FOUND
    assert client.post(FETCH).status_code == HTTPStatus.NOT_FOUND
    assert not ImageSource.objects.exists()
    assert PAGE not in markup(client.get(reverse("ganeti:instance-list")))


@pytest.mark.usefixtures("images")
def test_the_pages_ask_the_database_little(
    client: Client, olga: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    heard()
    watched()
    client.force_login(olga)
    client.get(PAGE)

    # Session with its user, rights; sources, beat.
    with django_assert_num_queries(4):
        client.get(PAGE)


@pytest.mark.usefixtures("images")
def test_a_cache_that_is_away_costs_no_image(
    client: Client, olga: User, settings: Settings
) -> None:
    heard()
    cache.clear()
    settings.CACHES = {
        "default": {
            "BACKEND": "ganetimgr.caches.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    client.force_login(olga)

    ids = [each["id"] for each in client.get(LIST).json()["operating_systems"]]

    assert ids == ["", "debian", "ubuntu"]
    assert "Ubuntu" in markup(client.get(PAGE))
