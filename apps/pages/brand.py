"""Values of BRANDING, FLATPAGES and the helpdesk's settings for templates."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise

from . import flat_pages
from .origins import is_elsewhere, is_film

logger = logging.getLogger(__name__)

ICON = "ganetimgr/img/icon.svg"


@dataclass(frozen=True, slots=True)
class Link:
    """A link; ``icon`` is the name of a Bootstrap icon, or empty."""

    name: str | Promise
    address: str
    icon: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Brand:
    """What pages show around their content; what is not configured is empty.

    Fragments use it as a cache key: there is one instance until settings change.
    """

    logo: str
    favicon: str
    video: str
    video_plays: bool
    icons_frame: str
    provider: str
    provider_address: str
    social: tuple[Link, ...]
    about: tuple[Link, ...]
    news: str
    accent: str
    analytics: str
    helpdesk: str
    helpdesk_fields: str


@cache
def current() -> Brand:
    branding = settings.BRANDING
    provider = branding.get("SERVICE_PROVIDED_BY") or {}
    video = _address(branding.get("VIDEO"))
    return Brand(
        logo=_address(branding.get("LOGO")),
        favicon=_address(branding.get("FAVICON")) or static(ICON),
        video=video,
        video_plays=is_film(video),
        icons_frame=_address(branding.get("FOOTER_ICONS_IFRAME")),
        provider=provider.get("NAME") or "",
        provider_address=provider.get("URL") or "",
        social=tuple(_social(provider.get("SOCIAL_NETWORKS") or ())),
        about=tuple(Link(page.title, page.address) for page in flat_pages.shown()),
        news=reverse("pages:news") if branding.get("FEED_URL") else "",
        accent=_accent(branding.get("ACCENT_COLOUR") or ""),
        analytics=reverse("pages:analytics") if _has_analytics(branding) else "",
        helpdesk=settings.HELPDESK_INTEGRATION_JAVASCRIPT_URL or "",
        helpdesk_fields=json.dumps(
            settings.HELPDESK_INTEGRATION_JAVASCRIPT_PARAMS or {}
        ),
    )


@receiver(setting_changed)
def forget(**_setting: Any) -> None:
    """Clear the cache when tests change settings."""
    current.cache_clear()


def _accent(colour: str) -> str:
    """Return the URL of the stylesheet, which differs for each colour."""
    return f"{reverse('pages:accent')}?{colour[1:]}" if colour else ""


def _has_analytics(branding: Mapping[str, Any]) -> bool:
    return bool(branding.get("ANALYTICS_FILE_PATH"))


def _social(networks: Any) -> Iterator[Link]:
    for network in networks:
        yield Link(network["NAME"], network["URL"], network.get("ICON", ""))


def _address(named: object) -> str:
    """Return the URL of a file that a setting names; empty if there is none."""
    if not isinstance(named, str) or not named:
        return ""
    if is_elsewhere(named) or named.startswith("/"):
        return named
    try:
        return static(named)
    except ValueError:
        # Added after collectstatic; this must not break all pages.
        logger.warning("BRANDING: %s is missing: run 'manage.py collectstatic'", named)
        return ""
