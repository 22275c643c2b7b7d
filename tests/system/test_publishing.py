"""While a cluster is published the cache is asked; nothing may stand meanwhile."""

import subprocess
import sys

import pytest

from ganetimgr.settings.defaults import BASE_DIR
from tests.system.site import Site, within_s

pytestmark = [pytest.mark.system, pytest.mark.lab]

# Patched as the watcher is.
PROGRAM = """
from gevent import monkey
monkey.patch_all()
import django
django.setup()
from tests.system import two_publishers
two_publishers.main()
"""


def test_publishers_of_one_process_take_turns(each: Site) -> None:
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM],
        cwd=BASE_DIR,
        env=each.product.environment,
        capture_output=True,
        text=True,
        timeout=within_s(20),
        check=False,
    )

    assert run.returncode == 0, run.stderr
    wanted, seen = run.stdout.split()
    assert seen == wanted
