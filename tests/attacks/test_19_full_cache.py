"""A stranger requests public pages repeatedly, to fill cache and sessions."""

import sqlite3
from contextlib import closing

import pytest

from tests.attacks.site import Site

pytestmark = pytest.mark.attack

PUBLIC = (
    *("/", "/accounts/login/", "/accounts/register/", "/accounts/password/reset/"),
    *("/news", "/healthz", "/readyz"),
)


def count_sessions(site: Site) -> int:
    path = site.product.directory / "state" / "ganetimgr.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        (count,) = database.execute("SELECT COUNT(*) FROM django_session").fetchone()
        return int(count)


def count_cache_entries(site: Site) -> int:
    return len(list((site.product.directory / "state" / "cache").iterdir()))


def test_readiness_checks_keep_one_cache_entry(site: Site) -> None:
    entry_count = count_cache_entries(site)

    for _ in range(20):
        assert site.visitor().get("/readyz").json()["cache"] == "ok"

    # The watcher may publish a cluster meanwhile.
    assert count_cache_entries(site) <= entry_count + 3


def test_public_pages_create_no_session_and_no_cache_entry(
    site: Site,
) -> None:
    session_count, entry_count = count_sessions(site), count_cache_entries(site)

    for _ in range(5):
        for page in PUBLIC:
            assert site.visitor().get(page).status_code < 500, page

    assert count_sessions(site) == session_count
    assert count_cache_entries(site) <= entry_count + 3
