"""Jobs that end concurrently, in gevent's greenlets and in system threads."""

import subprocess
import sys

import pytest

from ganetimgr.settings.defaults import BASE_DIR
from tests.system import ends_at_once
from tests.system.site import Site

pytestmark = [pytest.mark.system, pytest.mark.lab]

TOTAL = ends_at_once.ENDERS * ends_at_once.TIMES
# Patched as the watcher is; without it, system threads as in web processes.
PATCH = "from gevent import monkey; monkey.patch_all()"
PROGRAM = """
import django
django.setup()
from tests.system import ends_at_once
ends_at_once.main()
"""


@pytest.mark.parametrize("patch", [PATCH, ""], ids=["gevent", "threads"])
def test_concurrent_ends_of_jobs_are_all_handled(any_site: Site, patch: str) -> None:
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", f"{patch}\n{PROGRAM}"],
        cwd=BASE_DIR,
        env=any_site.product.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    ended, built = run.stdout.split()
    assert (int(ended), int(built)) == (TOTAL, TOTAL)
