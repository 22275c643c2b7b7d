"""Accessibility, layout, colours and language of every page."""

import re
import subprocess

import pytest
from playwright.sync_api import Page, expect

from ganetimgr.settings.defaults import BASE_DIR
from tests.browser.screen import (
    assert_fits,
    assert_looks_right,
    is_same_page,
    open_menu,
    remember,
    row,
    take_picture,
    violations,
)
from tests.browser.site import SimulatedSite
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

MACHINE = "/instances/athens/web1.alice.example.org/"
GREEK = re.compile(r"^[\u0370-\u03ff ]+$")
CATALOGUE = BASE_DIR / "locale" / "el" / "LC_MESSAGES" / "django.po"


@pytest.mark.parametrize(
    ("name", "person", "path", "status"),
    [
        ("login", "", "/accounts/login/", 200),
        ("history", "root", "/history/", 200),
        ("images", "root", "/cluster/images/", 200),
        ("register", "", "/accounts/register/", 200),
        ("registration-void", "", "/accounts/activate/nothing/", 404),
        ("password-reset", "", "/accounts/password/reset/", 200),
        ("password-change", "alice", "/user/password/", 200),
        ("sessions", "alice", "/user/sessions/", 200),
        ("registrations", "root", "/accounts/approve/", 200),
        ("idle-accounts", "olga", "/user/idle/", 200),
        ("404", "alice", "/nowhere/", 404),
        ("403", "alice", "/instances/athens/locked1.alice.example.org/startup", 403),
        ("admin", "root", "/admin/", 200),
        ("admin-clusters", "root", "/admin/ganeti/cluster/", 200),
        ("admin-add-cluster", "root", "/admin/ganeti/cluster/add/", 200),
    ],
)
def test_a_page_looks_right(
    visit: Visits, name: str, person: str, path: str, status: int
) -> None:
    page = visit_by_post(visit, path) if status == 403 else None
    page = page or visit(person, path, status=status)

    assert_looks_right(page, name)


def visit_by_post(visit: Visits, path: str) -> Page:
    """Post a form that the page no longer offers, as an outdated page does."""
    page = visit("alice", "/instances/athens/web1.alice.example.org/")
    visit.allow_console_error("status of 403")
    page.locator("form[action$='/shutdown']").evaluate(
        "(form, path) => { form.action = path; form.submit(); }", path
    )
    expect(page.locator(".error-code")).to_have_text("403")
    return page


def test_chosen_colours_apply_at_once_and_stay(visit: Visits) -> None:
    page = visit("alice", MACHINE)
    remember(page)
    theme = page.locator("html")
    expect(theme).to_have_attribute("data-bs-theme", "light")

    open_menu(page, "Colours").get_by_role("button", name="Dark").click()

    expect(theme).to_have_attribute("data-bs-theme", "dark")
    assert is_same_page(page)
    answer = page.goto("/history/")
    assert answer is not None
    # The server renders it dark already, so that nothing flashes.
    assert 'data-bs-theme="dark"' in answer.text()
    expect(page.locator("body")).to_have_css("background-color", "rgb(18, 23, 29)")
    assert violations(page) == []


def test_colours_follow_the_system_by_default(visit: Visits) -> None:
    page = visit("alice", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.emulate_media(color_scheme="light")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_colours_are_chosen_without_scripts(visit: Visits) -> None:
    page = visit("", "/accounts/login/", java_script_enabled=False)

    page.locator("button[name=colours][value=dark]").dispatch_event("click")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


@pytest.fixture(scope="module")
def greek_catalogue(site: SimulatedSite) -> None:
    """Compile the catalogue, as make does."""
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists():
        command = ["msgfmt", "-o", str(compiled), str(CATALOGUE)]
        subprocess.run(command, check=True)  # noqa: S603 - our own command


@pytest.mark.usefixtures("greek_catalogue")
def test_pages_are_shown_in_greek(visit: Visits) -> None:
    page = visit("bob")

    open_menu(page, "Language").get_by_role("button", name="Ελληνικά").click()

    expect(page.locator("html")).to_have_attribute("lang", "el")
    expect(page.get_by_role("heading", level=1)).to_have_text(GREEK)
    expect(page.locator("th.c-state a")).to_have_text(GREEK)
    assert_looks_right(page, "greek-list")
    for path in ("/instances/athens/db1.shop.example.org/", "/history/"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", "el")
        assert_looks_right(page, f"greek{path.replace('/', '-')}")


@pytest.mark.parametrize("path", ["/", MACHINE, "/history/", "/admin/ganeti/cluster/"])
def test_nothing_is_cut_off_at_any_width(visit: Visits, path: str) -> None:
    page = visit("root", path)

    for width in (320, 600, 767, 768, 991, 992, 1200, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert_fits(page)


def test_rows_are_cards_on_a_phone(visit: Visits) -> None:
    page = visit("alice", "/?q=web1", phone=True)
    card = row(page, "web1.alice.example.org")

    box, name = card.bounding_box(), card.locator(".c-name").bounding_box()
    state = card.locator(".c-state").bounding_box()

    assert box
    assert name
    assert state
    assert box["width"] > 350
    assert state["y"] >= name["y"] + name["height"]
    card.get_by_role("button", name="More actions").tap()
    expect(card.get_by_role("button", name="Reboot…")).to_be_visible()
    take_picture(page, "list-menu-phone")
    assert_fits(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filters").tap()
    expect(page.get_by_label("State").last).to_be_visible()
    take_picture(page, "list-filters-phone")
    assert_fits(page)


@pytest.mark.parametrize("menu", ["Reboot…", "Shut down…"])
def test_the_menus_of_a_machine_fit_a_phone(visit: Visits, menu: str) -> None:
    page = visit("alice", MACHINE, phone=True)

    page.get_by_text(menu).tap()

    expect(page.locator(".action-menu[open] form")).to_be_in_viewport(ratio=1)
    assert_fits(page)
    assert violations(page) == []


def test_the_drawer_opens_by_touch_and_by_key(visit: Visits) -> None:
    page = visit("alice", phone=True)
    drawer = page.locator("#nav")
    expect(drawer).not_to_be_in_viewport()

    page.get_by_role("button", name="Menu").tap()
    expect(drawer).to_be_in_viewport()
    take_picture(page, "drawer-phone")
    assert violations(page) == []
    page.get_by_role("button", name="Close").tap()
    expect(drawer).not_to_be_in_viewport()

    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(drawer).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_in_viewport()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawer).to_be_in_viewport()
    drawer.get_by_role("link", name="History").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
