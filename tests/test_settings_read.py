"""Settings that nothing reads are marked as such in the documentation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import global_settings

from tests.settings_files import DIST, NAMES, ROOT

# Where the settings are put together; checks.py, which looks at all of them, is not.
DERIVING = [
    ROOT / "ganetimgr" / "settings" / f"{name}.py" for name in ("loading", "policy")
]
BY_LIBRARIES = re.compile(r"AUTH_LDAP_\w+|RECAPTCHA_\w+")
MARK = "Not built yet."


def python_files() -> Iterator[Path]:
    for directory in ("apps", "contrib"):
        yield from (ROOT / directory).rglob("*.py")
    yield from (ROOT / "ganetimgr").glob("*.py")
    yield from (ROOT / "watcher.py", ROOT / "manage.py")


def read_by(path: Path) -> Iterator[str]:
    """Yield NAME of settings.NAME, getattr(settings, "NAME") and values["NAME"]."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id="settings"), attr=name):
                yield name
            case ast.Call(
                func=ast.Name(id="getattr"),
                args=[ast.Name(id="settings"), ast.Constant(value=str(name)), *_],
            ):
                yield name
            case ast.Subscript(
                value=ast.Name(id="values"), slice=ast.Constant(value=str(name))
            ) if path in DERIVING:
                yield name


def unread_settings() -> set[str]:
    ours = {name for path in [*python_files(), *DERIVING] for name in read_by(path)}
    djangos = set(dir(global_settings))
    return {name for name in NAMES - ours - djangos if not BY_LIBRARIES.fullmatch(name)}


def test_the_manual_marks_exactly_the_settings_that_nothing_reads() -> None:
    manual = (ROOT / "docs" / "settings.rst").read_text(encoding="utf-8")
    entries = re.split(r"^\.\. confval:: ", manual, flags=re.MULTILINE)[1:]

    marked = {entry.split()[0] for entry in entries if MARK in entry}

    assert marked == unread_settings()


def test_settings_py_dist_marks_exactly_the_settings_that_nothing_reads() -> None:
    blocks = [block for block in DIST.split("\n\n") if MARK in block]

    marked = {
        name
        for block in blocks
        for name in re.findall(r"^#(\w+) =", block, re.MULTILINE)
    }

    assert marked == unread_settings()
