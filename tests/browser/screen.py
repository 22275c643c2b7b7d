"""What people see: rows, notices, and whether a page is fit to be seen at all."""

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
# Where pictures of the pages go, for somebody to look at; nowhere if not set.
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
    """Return what axe finds wrong with a page as it is now."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE)
    return found


def looks_right(page: Page, name: str, *, thorough: bool = False) -> None:
    """Assert that a page is accessible and fits, on a desktop and on a phone.

    By day on the one and by night on the other; ``thorough`` tries every pair. With
    GANETIMGR_PICTURES set to a directory, keep a picture of each.
    """
    for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(viewport)
        for colours in COLOURS if thorough else (USUAL[size],):
            page.emulate_media(color_scheme=colours)
            take_picture(page, f"{name}-{size}-{colours}")
            found = violations(page)
            assert not found, "\n".join([f"{name}, {size}, {colours}:", *found])
        assert_fits(page)
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")


def assert_fits(page: Page) -> None:
    """Assert that nothing has to be scrolled sideways."""
    width, wanted = page.evaluate(
        "() => [innerWidth, document.documentElement.scrollWidth]"
    )
    beyond = page.evaluate(BEYOND_SCREEN)
    assert wanted <= width, "\n".join([f"{wanted} of {width}:", *beyond])


def take_picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def is_same_page(page: Page) -> bool:
    """Tell whether the page is the one that remember() was called on, not reloaded."""
    return bool(page.evaluate("() => window.remembered === true"))


def remember(page: Page) -> None:
    page.evaluate("() => { window.remembered = true; }")


def reload_until(page: Page, wanted: Locator, seconds: float = 20) -> None:
    """Load a page again until it has something that it does not show by itself."""
    end = time.monotonic() + seconds
    while not wanted.count():
        if time.monotonic() > end:
            take_picture(page, "given-up")
            raise AssertionError(f"not within {seconds} s: {wanted}")
        page.reload()
