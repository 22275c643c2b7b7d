"""Catalogues: complete, valid and up to date with the sources."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from ganetimgr.settings.defaults import BASE_DIR

SOURCES = ("apps", "ganetimgr", "templates", "static")
CATALOGUES = sorted((BASE_DIR / "locale").glob("*/LC_MESSAGES/*.po"))

pytestmark = pytest.mark.skipif(
    not shutil.which("msgfmt"), reason="gettext is not installed"
)


def gettext_tool(*command: str | Path) -> str:
    run = subprocess.run(  # noqa: S603 - a command of ours
        command, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.parts[-3])
def catalogue(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_there_is_greek() -> None:
    assert BASE_DIR / "locale/el/LC_MESSAGES/django.po" in CATALOGUES


def test_messages_keep_their_placeholders(catalogue: Path, tmp_path: Path) -> None:
    gettext_tool("msgfmt", "--check", "-o", tmp_path / "django.mo", catalogue)


@pytest.mark.parametrize("which", ["--untranslated", "--only-fuzzy", "--only-obsolete"])
def test_every_message_is_translated(catalogue: Path, which: str) -> None:
    assert gettext_tool("msgattrib", which, catalogue) == ""


def test_no_message_is_missing_and_none_is_left_over(
    catalogue: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    for source in SOURCES:
        shutil.copytree(BASE_DIR / source, tmp_path / source)
    copy = tmp_path / catalogue.relative_to(BASE_DIR)
    copy.parent.mkdir(parents=True)
    shutil.copy(catalogue, copy)
    monkeypatch.chdir(tmp_path)
    settings.LOCALE_PATHS = []

    call_command("makemessages", all=True, no_wrap=True, verbosity=0)

    # Run "make messages" and translate what it has added.
    for which in ("--untranslated", "--only-fuzzy", "--only-obsolete"):
        assert gettext_tool("msgattrib", which, copy) == ""


def test_gettext_functions_are_imported_under_names_that_xgettext_knows() -> None:
    """``gettext_lazy as lazy`` would hide every message of a module from it."""
    alias = re.compile(r"import .*gettext\w* as (?!_$)\w+", re.MULTILINE)

    for path in (BASE_DIR / "apps").rglob("*.py"):
        assert not alias.search(path.read_text(encoding="utf-8")), path


def test_no_message_is_marked_inside_of_another_text() -> None:
    """Before its version 0.22, xgettext does not look into f-strings."""
    for path in (BASE_DIR / "apps").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        marked = [
            call.func.id
            for text in ast.walk(tree)
            if isinstance(text, ast.JoinedStr)
            for call in ast.walk(text)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        ]
        assert not [name for name in marked if "gettext" in name or name == "_"], path


def test_templates_say_nothing_without_a_translation() -> None:
    tags = re.compile(
        r"{% blocktranslate.*?endblocktranslate %}|{% block body_class.*?endblock %}"
        r"|{%.*?%}|{{.*?}}|{#.*?#}|<code>.*?</code>|<[^>]*>|&\w+;",
        re.DOTALL,
    )
    names = {"GiB", "MAC", "Ganeti"}

    for path in (BASE_DIR / "templates").rglob("*.html"):
        bare = tags.sub(" ", path.read_text(encoding="utf-8"))
        assert set(re.findall(r"[A-Za-z]+", bare)) <= names, path


EAGER = frozenset({"gettext", "ngettext", "pgettext", "npgettext"})


class ImportTimeCalls(ast.NodeVisitor):
    """Finds calls that are made while a module is loaded, by the names called."""

    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.lines: list[int] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for expression in (*node.decorator_list, *node.args.defaults):
            self.visit(expression)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        pass

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in self.names:
            self.lines.append(node.lineno)
        self.generic_visit(node)


def test_no_sentence_is_translated_before_its_reader_is_known() -> None:
    early = {}
    for path in (BASE_DIR / "apps").rglob("*.py"):
        tree = ast.parse(path.read_text())
        imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
        names = {
            imported_name.asname or imported_name.name
            for node in imports
            if node.module == "django.utils.translation"
            for imported_name in node.names
            if imported_name.name in EAGER
        }
        calls = ImportTimeCalls(names)
        calls.visit(tree)
        if calls.lines:
            early[str(path)] = calls.lines

    assert early == {}
