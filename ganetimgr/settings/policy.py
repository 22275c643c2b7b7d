"""Content-Security-Policy: the site itself and the origins named in settings."""

from collections.abc import Iterable, Mapping
from typing import Any

from csp.constants import SELF

from apps.pages.origins import is_film, origin


def with_named_sources(policy: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """Return the policy with the origins named in the settings.

    These are BRANDING, ANALYTICS_CSP_SOURCES and the URL of the helpdesk. Wrong
    values of those settings are left to the checks.
    """
    directives = dict(policy.get("DIRECTIVES", {}))
    for name, sources in named_sources(values).items():
        allowed = [*directives.get(name, [SELF])]
        allowed += [source for source in sources if source not in allowed]
        if len(allowed) > 1:
            directives[name] = allowed
    return {**policy, "DIRECTIVES": directives}


def named_sources(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the sources named in the settings, by directive."""
    branding = values["BRANDING"] if isinstance(values["BRANDING"], dict) else {}
    video = branding.get("VIDEO")
    is_video_file = isinstance(video, str) and is_film(video)
    analytics = texts(values["ANALYTICS_CSP_SOURCES"])
    pictures = [branding.get("LOGO"), branding.get("FAVICON")]
    helpdesk = origins([values["HELPDESK_INTEGRATION_JAVASCRIPT_URL"]])
    frames = [branding.get("FOOTER_ICONS_IFRAME"), None if is_video_file else video]
    return {
        "img-src": [*origins(pictures), *analytics, *helpdesk],
        "media-src": origins([video] if is_video_file else []),
        "frame-src": [*origins(frames), *helpdesk],
        "script-src": [*analytics, *helpdesk],
        "connect-src": [*analytics, *helpdesk],
    }


def origins(addresses: Iterable[object]) -> list[str]:
    return [source for address in addresses if (source := origin(address))]


def texts(value: object) -> list[str]:
    items = value if isinstance(value, list | tuple) else []
    return [item for item in items if isinstance(item, str)]
