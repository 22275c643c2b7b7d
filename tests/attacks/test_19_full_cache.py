"""A stranger asks for public pages again and again, to fill what the site keeps."""

import sqlite3
from contextlib import closing

import pytest

from tests.attacks.site import Site

pytestmark = pytest.mark.attack

PUBLIC = (
    *("/", "/accounts/login/", "/accounts/register/", "/accounts/password/reset/"),
    *("/news", "/healthz", "/readyz"),
)


def sessions(site: Site) -> int:
    path = site.product.directory / "state" / "ganetimgr.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        (count,) = database.execute("SELECT COUNT(*) FROM django_session").fetchone()
        return int(count)


def cached(site: Site) -> int:
    return len(list((site.product.directory / "state" / "cache").iterdir()))


def test_readiness_checks_of_strangers_leave_one_entry(site: Site) -> None:
    before = cached(site)

    for _ in range(20):
        assert site.visitor().get("/readyz").json()["cache"] == "ok"

    # The watcher may publish a cluster meanwhile.
    assert cached(site) <= before + 3


def test_public_pages_keep_no_session_and_no_entry_for_each_stranger(
    site: Site,
) -> None:
    before, entries = sessions(site), cached(site)

    for _ in range(5):
        for page in PUBLIC:
            assert site.visitor().get(page).status_code < 500, page

    assert sessions(site) == before
    assert cached(site) <= entries + 3
