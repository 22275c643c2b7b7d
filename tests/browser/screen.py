"""Parts of pages, and checks of accessibility and layout."""

import os
import re
import time
from pathlib import Path
from typing import Literal

from playwright.sync_api import Locator, Page

from ganetimgr.settings.defaults import BASE_DIR
from tests.browser.visits import DESKTOP, PHONE

AXE = (BASE_DIR / "node_modules" / "axe-core" / "axe.min.js").read_text()
RUN_AXE = """async () => (await axe.run(document, {preload: false}))
  .violations.flatMap(({id, nodes}) => nodes.map(
    ({target, failureSummary}) => `${id} ${target.join(" ")}: ${failureSummary}`))"""
BEYOND_SCREEN = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth)
  .slice(0, 5).map((element) => element.outerHTML.slice(0, 120))"""

Colours = Literal["light", "dark"]
COLOURS: tuple[Colours, ...] = ("light", "dark")
USUAL: dict[str, Colours] = {"desktop": "light", "phone": "dark"}
# Directory for screenshots; none are taken if it isn't set.
PICTURES = os.environ.get("GANETIMGR_PICTURES")


def row(page: Page, name: str) -> Locator:
    """Return the row of a machine in the list."""
    return page.locator("table.machines tbody tr").filter(
        has=page.get_by_role("link", name=name, exact=True)
    )


def names(page: Page) -> list[str]:
    """Return the machines of a list in the order shown."""
    return page.locator("table.machines tbody .c-name a").all_inner_texts()


def filters(page: Page) -> Locator:
    return page.get_by_role("form", name="Filters")


def notice(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.locator(".notice").filter(has_text=text)


def open_menu(page: Page, name: str) -> Locator:
    """Open a menu of the top bar and return it."""
    button = page.get_by_role("button", name=name)
    button.click()
    return page.locator(".dropdown").filter(has=button).locator(".dropdown-menu")


def violations(page: Page) -> list[str]:
    """Return axe's violations on a page in its current state."""
    page.evaluate(AXE)
    messages: list[str] = page.evaluate(RUN_AXE)
    return messages


def assert_looks_right(page: Page, name: str, *, thorough: bool = False) -> None:
    """Assert that a page is accessible and fits, on a desktop and on a phone.

    Light on the one and dark on the other; ``thorough`` tries all combinations. With
    GANETIMGR_PICTURES set to a directory, take a screenshot of each.
    """
    for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(viewport)
        for colours in COLOURS if thorough else (USUAL[size],):
            page.emulate_media(color_scheme=colours)
            take_picture(page, f"{name}-{size}-{colours}")
            messages = violations(page)
            assert not messages, "\n".join([f"{name}, {size}, {colours}:", *messages])
        assert_fits(page)
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")


def assert_fits(page: Page) -> None:
    """Assert that a page doesn't scroll horizontally."""
    width, scroll_width = page.evaluate(
        "() => [innerWidth, document.documentElement.scrollWidth]"
    )
    elements = page.evaluate(BEYOND_SCREEN)
    assert scroll_width <= width, "\n".join([f"{scroll_width} of {width}:", *elements])


def take_picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def is_same_page(page: Page) -> bool:
    """Return whether the page hasn't been reloaded since remember()."""
    return bool(page.evaluate("() => window.remembered === true"))


def remember(page: Page) -> None:
    page.evaluate("() => { window.remembered = true; }")


def reload_until(page: Page, locator: Locator, seconds: float = 20) -> None:
    """Reload a page until it has an element that doesn't appear without a reload."""
    end = time.monotonic() + seconds
    while not locator.count():
        if time.monotonic() > end:
            take_picture(page, "given-up")
            raise AssertionError(f"not within {seconds} s: {locator}")
        page.reload()
