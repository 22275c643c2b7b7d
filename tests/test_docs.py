"""The manual builds, and agrees with the settings, the commands and the source tree."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
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

DOCUMENTS = [
    *ROOT.glob("docs/**/*.rst"),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
]
TOP = "apps|contrib|docs|ganetimgr|locale|static|templates|tests"
PATH = re.compile(rf"(?<![\w/.-])(?:{TOP})/[\w/.*-]*[\w/*]")


def paths_in_source_layout() -> Iterator[str]:
    """Give the paths in the tree of docs/development.rst, each with its directories."""
    manual = (ROOT / "docs" / "development.rst").read_text(encoding="utf-8")
    tree = re.search(
        r"^Source layout\n-+\n.*?::\n\n(.*?)\n\n\S", manual, re.MULTILINE | re.DOTALL
    )
    assert tree is not None
    above: list[tuple[int, str]] = []
    for line in tree[1].splitlines():
        name, description = line.strip().split(maxsplit=1)
        depth = len(line) - len(line.lstrip())
        above = [(level, path) for level, path in above if level < depth]
        directory = "".join(path for _level, path in above)
        yield directory + name
        above.append((depth, name))
        if name.endswith("/"):
            for module in re.findall(r"(?<![\w/])\w+\.py", description):
                yield directory + name + module


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


def test_every_command_in_the_manual_exists() -> None:
    pages = [path.read_text(encoding="utf-8") for path in ROOT.glob("docs/*.rst")]
    commands = re.findall(r"(?:manage\.py|\$manage) (\w+)", "\n".join(pages))

    assert len(commands) >= 5
    assert set(commands) <= set(get_commands())


def test_every_path_in_the_documentation_exists() -> None:
    paths = {
        path
        for document in DOCUMENTS
        for path in PATH.findall(document.read_text(encoding="utf-8"))
    }

    assert len(paths) >= 50
    assert [path for path in sorted(paths) if not any(ROOT.glob(path))] == []


def test_every_path_in_the_source_layout_exists() -> None:
    paths = list(paths_in_source_layout())

    assert len(paths) >= 50
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_name_in_a_file_that_the_manual_mentions_is_there() -> None:
    manual = (ROOT / "docs" / "development.rst").read_text(encoding="utf-8")
    pairs = re.findall(r"``(\w+)``(?:,\s+used)?\s+in\s+``(\w+/[\w/.]+\.\w+)``", manual)

    assert len(pairs) >= 5
    for name, path in pairs:
        assert name in (ROOT / path).read_text(encoding="utf-8"), f"{name} in {path}"


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
