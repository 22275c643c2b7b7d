"""The tests that use a database, once more on MariaDB."""

import os
import subprocess
import sys

import pytest

from ganetimgr.settings.defaults import BASE_DIR
from tests.services import MariaDB

pytestmark = [pytest.mark.system, pytest.mark.again]

# All pages for all people, with the queries of the pages' own tests.
LEFT_OUT = ("tests/ganeti/test_security_table.py", "tests/web/test_outside_text.py")


def test_everything_works_on_mariadb(mariadb: MariaDB) -> None:
    pytest.importorskip("MySQLdb", reason="requirements-mysql.txt is not installed")
    folders = [f"tests/{app.name}" for app in BASE_DIR.glob("apps/*/")]

    run = subprocess.run(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-m", "not (lab or system or browser)", "--create-db", "-n", "2"),
            *("-p", "tests.database_only", "--hypothesis-profile=quick"),
            *(f"--ignore={path}" for path in LEFT_OUT),
            *(folder for folder in folders if (BASE_DIR / folder).exists()),
        ],
        cwd=BASE_DIR,
        env={**os.environ, "TEST_MARIADB_PORT": str(mariadb.port)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout[-5000:]
