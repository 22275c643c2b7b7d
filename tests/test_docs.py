"""The manual builds, and its settings agree with settings.py.dist and the defaults."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from django.core.management import get_commands

from tests.settings_files import (
    DIST,
    NAMES,
    OFFERED,
    PRODUCTION,
    ROOT,
    run,
    uncommented,
)


def test_settings_py_dist_shows_every_setting_with_its_default() -> None:
    shown = [
        target.id
        for statement in ast.parse(uncommented(DIST)).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]
    values = run(uncommented(DIST))

    assert sorted(shown) == sorted(NAMES)
    assert {name: values[name] for name in NAMES} == {
        name: OFFERED[name] for name in NAMES
    }


def test_settings_py_dist_changes_nothing_as_it_is() -> None:
    assert ast.parse(DIST + PRODUCTION).body == []


def test_every_setting_in_settings_py_dist_has_its_meaning_above_it() -> None:
    for block in DIST.split("\n\n"):
        lines = block.strip().splitlines()
        if any(re.match(r"#[A-Z]", line) for line in lines):
            assert lines[0].startswith("# "), block


def test_the_manual_has_every_setting_with_its_default() -> None:
    manual = (ROOT / "docs" / "settings.rst").read_text(encoding="utf-8")
    entries = re.findall(
        r"^\.\. confval:: (\w+)\n   :default: ``(.*?)``\n\n   \S",
        manual,
        re.MULTILINE | re.DOTALL,
    )
    code = "\n".join(f"{name} = {' '.join(text.split())}" for name, text in entries)
    values = run(code)

    assert sorted(name for name, _ in entries) == sorted(NAMES)
    assert {name: values[name] for name in NAMES} == {
        name: OFFERED[name] for name in NAMES
    }


def test_every_command_that_the_manual_names_is_there() -> None:
    pages = [path.read_text(encoding="utf-8") for path in ROOT.glob("docs/*.rst")]
    commands = re.findall(r"(?:manage\.py|\$manage) (\w+)", "\n".join(pages))

    assert len(commands) >= 5
    assert set(commands) <= set(get_commands())


def test_the_manual_builds_without_a_warning(tmp_path: Path) -> None:
    run = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "sphinx", "-W", "-q", "-E", "docs", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert (tmp_path / "settings.html").exists()
