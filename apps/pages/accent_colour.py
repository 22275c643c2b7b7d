"""Adapt the operator's accent colour to the light and the dark theme.

Text in the colour and text on it have a WCAG contrast of at least `LEAST` on every
background, whichever colour is configured; the colour keeps its hue.
"""

from collections.abc import Iterable
from dataclasses import dataclass

LEAST = 4.6
WHITE = (255, 255, 255)
BLACK = (0, 0, 0)
# Of css/ganetimgr.css: the page and cards, and what stands on a filled button.
LIGHT_GROUNDS = ((246, 247, 249), WHITE, (236, 239, 243))
DARK_GROUNDS = ((18, 23, 29), (26, 33, 41), (38, 47, 57))
ON_LIGHT = WHITE
ON_DARK = (11, 26, 29)
_STEP = 0.02

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Shades:
    """The accent, the one for hovering, and the background of selected items."""

    accent: Rgb
    strong: Rgb
    soft: Rgb


def parse(text: str) -> Rgb:
    """Read "#rrggbb"."""
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def written(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def contrast(colour: Rgb, other: Rgb) -> float:
    dark, light = sorted((luminance(colour), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: Rgb, other: Rgb, share: float) -> Rgb:
    """Return a colour with this share of another in it."""
    red, green, blue = (
        round(a + (b - a) * share) for a, b in zip(colour, other, strict=True)
    )
    return (red, green, blue)


def light(colour: Rgb) -> Shades:
    soft = mixed(colour, WHITE, 0.88)
    accent = readable(colour, BLACK, (*LIGHT_GROUNDS, ON_LIGHT, soft))
    return Shades(accent, mixed(accent, BLACK, 0.2), soft)


def dark(colour: Rgb) -> Shades:
    soft = mixed(DARK_GROUNDS[1], colour, 0.16)
    accent = readable(colour, WHITE, (*DARK_GROUNDS, ON_DARK, soft))
    return Shades(accent, mixed(accent, WHITE, 0.25), soft)


def readable(colour: Rgb, towards: Rgb, grounds: Iterable[Rgb]) -> Rgb:
    """Mix a colour with black or white until it contrasts with all backgrounds."""
    grounds = tuple(grounds)
    share = 0.0
    tried = colour
    while share < 1 and min(contrast(tried, ground) for ground in grounds) < LEAST:
        share += _STEP
        tried = mixed(colour, towards, min(share, 1))
    return tried


def stylesheet(colour: str) -> str:
    """Return the CSS that replaces the default accent colour."""
    base = parse(colour)
    return _rule(":root", light(base)) + _rule('[data-bs-theme="dark"]', dark(base))


def _rule(selector: str, shades: Shades) -> str:
    return (
        f"{selector} {{ --accent: {written(shades.accent)}; "
        f"--accent-strong: {written(shades.strong)}; "
        f"--accent-soft: {written(shades.soft)}; }}\n"
    )
