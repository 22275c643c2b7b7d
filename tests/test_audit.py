"""How "make audit" reads the reports of pip-audit and npm."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ganetimgr.settings.defaults import BASE_DIR

CLEAN = {"dependencies": [{"name": "django", "version": "5.2.19", "vulns": []}]}
VULNERABLE = {
    "dependencies": [
        {"name": "django", "version": "5.2.19", "vulns": [{"id": "PYSEC-2026-1"}]}
    ]
}
SKIPPED = {
    "dependencies": [
        *CLEAN["dependencies"],
        {"name": "nh3", "skip_reason": "nh3 not found"},
    ]
}
NPM_CLEAN = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 6}}}
NPM_VULNERABLE = {
    "vulnerabilities": {"htmx.org": {"via": [{"url": "https://example.org/GHSA-1"}]}},
    "metadata": {"dependencies": {"total": 6}},
}
NPM_UNAVAILABLE = {"message": "405 Method Not Allowed"}
NO_ANSWER = "Could not connect"


@pytest.mark.parametrize(
    ("pip_audit", "npm", "status", "line"),
    [
        (CLEAN, NPM_CLEAN, 0, "Python: 1 packages checked, no known vulnerabilities"),
        (VULNERABLE, NPM_CLEAN, 1, "Python: django 5.2.19: PYSEC-2026-1"),
        (CLEAN, NPM_VULNERABLE, 1, "Browser: htmx.org: https://example.org/GHSA-1"),
        (NO_ANSWER, NPM_CLEAN, 2, "Python: NOT CHECKED"),
        (SKIPPED, NPM_CLEAN, 2, "1 of 2, nh3 not found"),
        (CLEAN, NPM_UNAVAILABLE, 2, "Browser: NOT CHECKED"),
        (CLEAN, NO_ANSWER, 2, "Browser: NOT CHECKED"),
    ],
)
def test_the_audit_succeeds_only_if_everything_was_checked_and_is_clean(
    tmp_path: Path, pip_audit: Any, npm: Any, status: int, line: str
) -> None:
    script = tmp_path / "contrib/setup/audit.py"
    script.parent.mkdir(parents=True)
    shutil.copy(BASE_DIR / "contrib/setup/audit.py", script)
    answer_with(tmp_path / ".venv/upkeep/bin/pip-audit", pip_audit)
    answer_with(tmp_path / "bin/npm", npm)

    run = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script)],
        env={"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == status, run.stderr
    assert line in run.stdout


def answer_with(command: Path, answer: Any) -> None:
    """Write a command that prints a report, or fails with a message."""
    command.parent.mkdir(parents=True)
    text = f"cat <<'END'\n{json.dumps(answer)}\nEND\n"
    if isinstance(answer, str):
        text = f"echo '{answer}' >&2\nexit 1\n"
    command.write_text(f"#!/bin/sh\n{text}")
    command.chmod(0o755)
