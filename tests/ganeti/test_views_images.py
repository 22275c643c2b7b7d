"""The list of images as JSON, and the page of their sources."""

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


def save_source(**fields: Any) -> None:
    """Save the state of the configured source."""
    (source,) = sources.configured()
    now = timezone.now()
    values: dict[str, Any] = {
        "images": [{"id": "ubuntu", "description": "Ubuntu", "provider": "i+d"}],
        "fetched_at": now,
        "next_at": now + timedelta(days=1),
    }
    ImageSource.objects.update_or_create(
        key=source.key, defaults={"url": source.shown_url, **values, **fields}
    )


def save_beat() -> None:
    now = timezone.now()
    WatcherBeat.objects.create(name="w", started_at=now, beat_at=now)


def get_page(client: Client, user: User, **headers: str) -> str:
    client.force_login(user)
    return markup(client.get(PAGE, headers=headers))


# -- the list


@pytest.mark.usefixtures("images")
def test_all_users_get_the_images_without_parameters(
    client: Client, carol: User
) -> None:
    save_source(
        images=[{"id": "u", "description": "U", "provider": "p", "osparams": SECRET}]
    )
    client.force_login(carol)

    response = client.get(LIST)

    assert response.headers["Content-Type"] == "application/json"
    assert b"s3cret" not in response.content
    no_system, debian, ubuntu = response.json()["operating_systems"]
    assert no_system == {"id": "", "description": "No operating system", "provider": ""}
    assert debian == {
        "id": "debian",
        "description": "Debian 12",
        "provider": "image+default",
        "ssh_key_param": "img_ssh_key_url",
        "ssh_key_users": [],
    }
    assert ubuntu["id"] == "u"
    assert list(response.json()) == ["operating_systems"]


@pytest.mark.usefixtures("images")
def test_staff_get_the_state_of_the_sources_too(client: Client, olga: User) -> None:
    since = timezone.now()
    save_source(
        failing_since=since,
        last_error="It didn't respond in time.",
        problems=[["a.meta", "It isn't valid JSON."]],
        images=[{"id": "debian", "description": "D", "provider": "p"}],
    )
    client.force_login(olga)

    setting_source, remote_source = client.get(LIST).json()["sources"]

    assert (setting_source["setting"], setting_source["images"]) == (
        "OPERATING_SYSTEMS",
        ["debian"],
    )
    assert remote_source["setting"] == "IMAGES_URL"
    assert remote_source["url"] == "http://images.example.org/pub/"
    assert remote_source["error"] == "It didn't respond in time."
    assert remote_source["failing_since"].startswith(since.isoformat()[:19])
    assert [problem["name"] for problem in remote_source["problems"]] == [
        "a.meta",
        "debian",
    ]


# -- the page


@pytest.mark.usefixtures("images")
def test_the_page_shows_each_source_with_its_images(client: Client, olga: User) -> None:
    save_source()
    save_beat()

    page = get_page(client, olga)

    assert "Debian 12" in page
    assert "Ubuntu" in page
    assert "http://images.example.org/pub/" in page
    assert "keys as an address in <code>img_ssh_key_url</code>" in page
    assert "s3cret" not in page
    assert "me:pass" not in page
    assert 'hx-trigger="every' not in page


@pytest.mark.usefixtures("images")
def test_a_failing_source_shows_error_age_and_previous_images(
    client: Client, olga: User
) -> None:
    save_source(
        failing_since=timezone.now() - timedelta(hours=3),
        last_error="It answers with an error: HTTP 503.",
    )

    page = text(get_page(client, olga))

    assert "It answers with an error: HTTP 503." in page
    assert "First failed 3 h ago" in page
    assert "Its previous images are still available." in page


@pytest.mark.usefixtures("images")
def test_problems_of_single_images_are_shown(client: Client, olga: User) -> None:
    save_source(
        problems=[["<b>.meta", "Expected one line of text: provider."]],
        images=[{"id": "debian", "description": "Other", "provider": "p"}],
    )

    page = get_page(client, olga)

    assert "&lt;b&gt;.meta" in page
    assert "Expected one line of text: provider." in page
    assert "OPERATING_SYSTEMS has an image with this ID" in page


@pytest.mark.usefixtures("images")
def test_a_source_without_images_says_so(client: Client, olga: User) -> None:
    save_source(images=[])

    assert "No images" in get_page(client, olga)


@pytest.mark.usefixtures("images")
def test_a_source_being_fetched_is_polled(client: Client, olga: User) -> None:
    save_beat()

    page = get_page(client, olga)

    assert "Being fetched" in page
    assert 'hx-trigger="every 2s"' in page
    fragment = get_page(client, olga, HX_Request="true")
    assert fragment.lstrip().startswith('<div id="sources"')


@pytest.mark.usefixtures("images")
def test_without_a_watcher_nothing_is_polled(client: Client, olga: User) -> None:
    page = get_page(client, olga)

    assert "The watcher isn't running" in page
    assert "Not known yet" in page
    assert 'hx-trigger="every' not in page


def test_a_site_without_images_explains_the_settings(
    client: Client, olga: User
) -> None:
    page = get_page(client, olga)

    assert "No images yet" in page
    assert "Refresh" not in page


@pytest.mark.usefixtures("images")
def test_fetching_again_makes_the_sources_due(client: Client, olga: User) -> None:
    save_source()
    save_beat()
    client.force_login(olga)

    response = client.post(FETCH, follow=True)

    assert notices(response) == ["Fetching all sources."]
    assert ImageSource.objects.get().next_at <= timezone.now()
    assert "Being fetched" in markup(response)


@pytest.mark.usefixtures("images")
def test_page_and_button_are_for_staff_only(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.get(PAGE).status_code == HTTPStatus.NOT_FOUND
    assert client.post(FETCH).status_code == HTTPStatus.NOT_FOUND
    assert not ImageSource.objects.exists()
    assert PAGE not in markup(client.get(reverse("ganeti:instance-list")))


@pytest.mark.usefixtures("images")
def test_the_page_takes_few_queries(
    client: Client, olga: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    save_source()
    save_beat()
    client.force_login(olga)
    client.get(PAGE)

    # Session with its user, rights; sources, beat.
    with django_assert_num_queries(4):
        client.get(PAGE)


@pytest.mark.usefixtures("images")
def test_images_are_listed_without_a_cache(
    client: Client, olga: User, settings: Settings
) -> None:
    save_source()
    cache.clear()
    settings.CACHES = {
        "default": {
            "BACKEND": "ganetimgr.caches.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    client.force_login(olga)

    ids = [image["id"] for image in client.get(LIST).json()["operating_systems"]]

    assert ids == ["", "debian", "ubuntu"]
    assert "Ubuntu" in markup(client.get(PAGE))
