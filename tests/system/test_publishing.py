"""Concurrent publications of a cluster don't block each other or get lost."""

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


def test_concurrent_publications_are_all_kept(any_site: Site) -> None:
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM],
        cwd=BASE_DIR,
        env=any_site.product.environment,
        capture_output=True,
        text=True,
        timeout=within_s(20),
        check=False,
    )

    assert run.returncode == 0, run.stderr
    expected, visible = run.stdout.split()
    assert visible == expected
