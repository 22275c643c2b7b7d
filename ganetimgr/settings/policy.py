"""The Content-Security-Policy: our own site, and what the settings name beside it."""

from collections.abc import Iterable, Mapping
from typing import Any

from csp.constants import SELF

from apps.pages.origins import is_film, origin


def with_what_is_named(policy: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """Return the policy with the origins that BRANDING and its like name.

    What is wrong with those settings is left to the checks.
    """
    directives = dict(policy.get("DIRECTIVES", {}))
    for name, sources in named(values).items():
        allowed = [*directives.get(name, [SELF])]
        allowed += [source for source in sources if source not in allowed]
        if len(allowed) > 1:
            directives[name] = allowed
    return {**policy, "DIRECTIVES": directives}


def named(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the sources that the settings name, by directive."""
    branding = values["BRANDING"] if isinstance(values["BRANDING"], dict) else {}
    video = branding.get("VIDEO")
    plays = isinstance(video, str) and is_film(video)
    analytics = texts(values["ANALYTICS_CSP_SOURCES"])
    pictures = [branding.get("LOGO"), branding.get("FAVICON")]
    frames = [branding.get("FOOTER_ICONS_IFRAME"), None if plays else video]
    return {
        "img-src": [*origins(pictures), *analytics],
        "media-src": origins([video] if plays else []),
        "frame-src": origins(frames),
        "script-src": analytics,
        "connect-src": analytics,
    }


def origins(addresses: Iterable[object]) -> list[str]:
    return [found for address in addresses if (found := origin(address))]


def texts(given: object) -> list[str]:
    many = given if isinstance(given, list | tuple) else []
    return [each for each in many if isinstance(each, str)]
