"""Long values of users don't widen any page."""

import pytest

from tests.browser.screen import assert_fits, take_picture
from tests.browser.visits import DESKTOP, PHONE, Visits

pytestmark = pytest.mark.browser

MACHINE = "/instances/athens/web1.alice.example.org/"
# The longest possible mail address, without a line break opportunity. Column heads,
# states, actions, times and numbers are our own words, and short.
LENGTHEN = """() => {
  const places =
    "main :is(td, th, dt, dd, h1, h2, h3, a, button, label, p, li, span)";
  const ours = "thead th, .c-state, .c-filed, .l-when, .number, .act, .visually-hidden";
  for (const place of document.querySelectorAll(places)) {
    if (place.closest(ours)) continue;
    for (const node of place.childNodes) {
      if (node.nodeType === Node.TEXT_NODE && node.data.trim()) {
        node.data = "w".repeat(150) + "@" + "w".repeat(103);
      }
    }
  }
}"""


@pytest.mark.parametrize(
    ("person", "path"),
    [
        ("root", "/"),
        ("root", MACHINE),
        ("root", "/instances/tags/athens/web1.alice.example.org"),
        ("root", f"{MACHINE}configure"),
        ("root", f"{MACHINE}rename"),
        ("alice", "/user/profile/"),
        ("alice", "/user/sessions/"),
        ("root", "/history/"),
        ("root", "/user/info/user/alice"),
        ("olga", "/user/idle/"),
        ("root", "/cluster/images/"),
        ("root", "/application/list"),
        ("alice", "/application/apply"),
        ("root", "/application/create"),
        ("root", "/accounts/approve/"),
        ("alice", "/nowhere/"),
    ],
)
def test_the_longest_values_fit(visit: Visits, person: str, path: str) -> None:
    page = visit(person, path, status=404 if path == "/nowhere/" else 200)

    page.evaluate(LENGTHEN)

    for viewport in (PHONE, DESKTOP):
        page.set_viewport_size(viewport)
        name = path.strip("/").replace("/", "-") or "list"
        take_picture(page, f"long-{name}-{viewport['width']}")
        assert_fits(page)
