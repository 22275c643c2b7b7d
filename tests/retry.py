"""Run pytest, and heavy tests that failed once more: ``python -m tests.retry ARGS``.

A test that passes the second time, alone, is flaky: a fault to be found, but not one of
the change under test. Tests that need nothing but Python are not run again, and neither
are heavy ones if more than a dozen of them fail.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = "lab or system or browser or attack"
MOST_RETRIED = 12
LAST_FAILED = Path(".pytest_cache/v/cache/lastfailed")
# What xdist adds to the node id of a test that has a group.
GROUP = re.compile(r"@[\w-]+$")


def main(arguments: list[str], flaky_list: Path) -> int:
    """Return pytest's exit code; 0 also if all failed tests pass alone.

    The node ids of flaky tests are written to ``flaky_list``, one per line.
    """
    code, failed = run(*arguments)
    # Any other code is a failure of the run, not of a test.
    if code != pytest.ExitCode.TESTS_FAILED or len(failed) > MOST_RETRIED:
        return code
    selected = ["--collect-only", "-q", "-m", f"not ({HEAVY})", *failed]
    if run(*selected)[0] != pytest.ExitCode.NO_TESTS_COLLECTED:
        return code
    sys.stdout.write(f"\nOnce more, alone: {len(failed)} that failed.\n")
    sys.stdout.flush()
    code, failed_again = run(*failed)
    flaky = [test for test in failed if test not in failed_again]
    flaky_list.write_text("".join(f"{test}\n" for test in flaky))
    return code


def run(*arguments: str) -> tuple[int, list[str]]:
    """Return pytest's exit code, and the node ids of the tests that failed."""
    LAST_FAILED.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    code = subprocess.run(command, check=False).returncode  # noqa: S603 - pytest
    failed = json.loads(LAST_FAILED.read_text()) if LAST_FAILED.exists() else {}
    return code, sorted({GROUP.sub("", test) for test in failed})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(os.environ["FLAKY_LIST"])))
