"""Migrations, the production example, and files in contrib."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from ganetimgr.settings.defaults import BASE_DIR
from tests.settings_files import PRODUCTION, manage, uncommented


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    out = StringIO()

    call_command("makemigrations", "--check", "--dry-run", stdout=out)

    assert "No changes detected" in out.getvalue()


def test_the_production_example_passes_the_deployment_checks(tmp_path: Path) -> None:
    pytest.importorskip("MySQLdb", reason="requirements-mysql.txt is not installed")
    path = tmp_path / "settings.py"
    path.write_text(uncommented(PRODUCTION))

    run = manage(
        "check", "--deploy", "--fail-level=INFO", settings=path, state=tmp_path
    )

    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout
    assert not (tmp_path / "secret-key").exists()


@pytest.mark.parametrize("path", sorted(BASE_DIR.glob("contrib/systemd/*.service")))
def test_systemd_units_start_existing_programs(path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # as written
    unit.read(path)

    command = shlex.split(unit["Service"]["ExecStart"])

    assert unit["Service"]["EnvironmentFile"] == "/etc/default/ganetimgr"
    for part in command:
        if re.fullmatch(r"(contrib/.*|[\w.]+\.py)", part):
            assert (BASE_DIR / part).exists()


@pytest.mark.parametrize("path", sorted(BASE_DIR.glob("contrib/systemd/*.service")))
def test_systemd_units_keep_state_private(path: Path) -> None:
    lines = path.read_text().splitlines()

    assert "StateDirectoryMode=0700" in lines
    assert "UMask=0077" in lines


@pytest.mark.system
@pytest.mark.parametrize("path", sorted(BASE_DIR.glob("contrib/systemd/*.service")))
def test_systemd_accepts_the_units(path: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    # It checks that the program exists: ours is elsewhere.
    text = re.sub(r"/srv/ganetimgr/\.venv/bin/\w+", "/bin/true", path.read_text())
    (tmp_path / path.name).write_text(text)
    verified = subprocess.run(  # noqa: S603 - our own file
        ["/usr/bin/systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert path.name not in verified.stderr
    assert verified.returncode == 0


def test_every_name_in_the_default_file_is_used_by_something_that_reads_it() -> None:
    names = re.findall(
        r"^(\w+)=", (BASE_DIR / "contrib/default/ganetimgr").read_text(), re.MULTILINE
    )
    readers = [
        *BASE_DIR.glob("contrib/gunicorn/*.py"),
        *BASE_DIR.glob("contrib/init.d/*"),
        *BASE_DIR.glob("ganetimgr/settings/*.py"),
    ]
    texts = "".join(path.read_text() for path in readers)

    assert [name for name in names if name not in texts] == []


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((BASE_DIR / "package-lock.json").read_text())["packages"]

    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in packages.items() if name)


@pytest.mark.parametrize(
    "script",
    [
        "contrib/setup/lock",
        "contrib/setup/labs",
        "contrib/setup/packages",
        "contrib/setup/release",
        "contrib/init.d/ganetimgr",
    ],
)
def test_scripts_for_the_shell_parse(script: str) -> None:
    shell = (BASE_DIR / script).read_text().partition("\n")[0].removeprefix("#!")
    run = subprocess.run([shell, "-n", script], cwd=BASE_DIR, check=False)  # noqa: S603

    assert run.returncode == 0


@pytest.fixture
def ordinary_user(tmp_path: Path) -> str:
    """Return a PATH of a system with few tools, whose user isn't root."""
    for tool in ("sh", "bash", "dirname", "sed", "python3"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    return str(tmp_path)


def set_up(script: str, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own script
        [str(BASE_DIR / "contrib/setup" / script), *arguments],
        env={"PATH": path, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )


def test_missing_packages_are_named_to_an_ordinary_user(ordinary_user: str) -> None:
    run = set_up("packages", "demo", path=ordinary_user)

    assert run.returncode == 1
    assert "nodejs npm gettext" in run.stderr
    assert "apt-get install" in run.stderr


def test_the_release_script_needs_root(ordinary_user: str) -> None:
    run = set_up("release", "bookworm", path=ordinary_user)

    assert run.returncode == 1
    assert "need root: nothing was tried" in run.stderr


def test_test_modules_import_nothing_from_each_other() -> None:
    """Shared helpers belong in a module or a plugin without tests."""
    test_import = re.compile(
        r"^ *(from|import) tests[.\w]*(\.| import )test_", re.MULTILINE
    )

    for path in (BASE_DIR / "tests").rglob("*.py"):
        assert not test_import.search(path.read_text()), path


def test_lines_of_templates_have_at_most_120_columns() -> None:
    long_lines = [
        f"{path.relative_to(BASE_DIR)}:{number}"
        for place in ("templates", "apps")
        for path in sorted((BASE_DIR / place).rglob("*.html"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > 120
    ]

    assert not long_lines
