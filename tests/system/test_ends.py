"""Jobs that end at once, in threads of gevent's and of the system's."""

import subprocess
import sys

import pytest

from ganetimgr.settings.defaults import BASE_DIR
from tests.system import ends_at_once
from tests.system.site import Site

pytestmark = [pytest.mark.system, pytest.mark.lab]

WHOLE = ends_at_once.ENDERS * ends_at_once.TIMES
# Patched as the watcher is; and threads of the system's, as web processes have them.
PATCH = "from gevent import monkey; monkey.patch_all()"
PROGRAM = """
import django
django.setup()
from tests.system import ends_at_once
ends_at_once.main()
"""


@pytest.mark.parametrize("first", [PATCH, ""], ids=["gevent", "threads"])
def test_ends_do_not_stand_in_each_others_way(each: Site, first: str) -> None:
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", f"{first}\n{PROGRAM}"],
        cwd=BASE_DIR,
        env=each.product.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    ended, built = run.stdout.split()
    assert (int(ended), int(built)) == (WHOLE, WHOLE)
