"""Which failed tests CI runs again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ganetimgr.settings.defaults import BASE_DIR

TESTS = """
from pathlib import Path

import pytest

def passes_from(run):
    runs = Path("runs")
    runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
    assert len(runs.read_text()) >= run

@pytest.mark.lab
@pytest.mark.parametrize("mail", ["a@example.org"])
def test_heavy(mail):
    passes_from({heavy})

def test_fast():
    passes_from({fast})
"""


@pytest.mark.parametrize(
    ("heavy", "fast", "succeeds", "flaky"),
    [
        (1, 1, True, []),
        (3, 1, True, ["test_it.py::test_heavy[a@example.org]"]),
        (4, 1, False, []),
        (3, 3, False, []),
    ],
    ids=["all pass", "a heavy one is flaky", "a heavy one fails", "a fast one fails"],
)
def test_only_heavy_tests_are_tried_again(
    tmp_path: Path, heavy: int, fast: int, succeeds: bool, flaky: list[str]
) -> None:
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nmarkers = lab\n system\n browser\n attack\n"
    )
    (tmp_path / "test_it.py").write_text(TESTS.format(heavy=heavy, fast=fast))
    flaky_list = tmp_path / "flaky"
    run = subprocess.run(
        [sys.executable, "-m", "tests.retry"],
        check=False,
        cwd=tmp_path,
        env={
            "FLAKY_LIST": str(flaky_list),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(BASE_DIR),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
    )

    assert (run.returncode == 0) is succeeds, run.stdout
    flaky_tests = flaky_list.read_text().splitlines() if flaky_list.exists() else []
    assert flaky_tests == flaky
