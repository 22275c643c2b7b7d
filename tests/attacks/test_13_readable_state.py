"""Another user of the host looks for sessions in the embedded database."""

import stat
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.attacks.site import Site
from tests.product import Product

pytestmark = pytest.mark.attack


def test_the_state_directory_is_private(
    site: Site,
) -> None:
    state = site.product.directory / "state"
    database = state / "ganetimgr.sqlite3"

    assert database.exists()
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_processes_create_private_files(site: Site) -> None:
    assert site.product.web is not None
    workers = psutil.Process(site.product.web.pid).children()

    for pid in (site.product.watchers[0].pid, *(worker.pid for worker in workers)):
        assert "Umask:\t0077" in Path(f"/proc/{pid}/status").read_text()


def test_a_site_whose_state_was_opened_does_not_start(tmp_path: Path) -> None:
    product = Product(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o755)

    with pytest.raises(AssertionError, match="is open to other users"):
        product.manage("check")
    watcher = product.start_watcher()

    assert watcher.wait(20) == 3
    assert "chmod 700" in product.log("watcher-0")
