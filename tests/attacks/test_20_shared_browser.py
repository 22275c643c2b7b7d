"""Somebody uses a browser or a proxy after its owner has logged out."""

import pytest

from tests.attacks.site import AttackedSite

pytestmark = pytest.mark.attack


@pytest.mark.parametrize(
    "path", ["/", "/instances/athens/web1.alice.example.org/", "/user/profile/"]
)
def test_private_pages_are_kept_by_no_cache(site: AttackedSite, path: str) -> None:
    answer = site.visitor("alice").get(path)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
