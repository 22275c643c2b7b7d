"""Installed packages: pins for every supported Python, checked by their hashes."""

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from ganetimgr.settings.defaults import BASE_DIR

PYTHONS = ("3.11.2", "3.12.0", "3.13.0")  # Debian 12 has the first, Debian 13 the last
INPUTS = sorted(BASE_DIR.glob("requirements*.in"))
LOCKS = sorted(BASE_DIR.glob("requirements*.txt"))
# The fast suite needs none of these; mind their Requires-Python when changing them.
NOT_INSTALLED_FOR_THE_FAST_SUITE = {
    "requirements-ldap.txt": {
        "django-auth-ldap",
        "pyasn1",
        "pyasn1-modules",
        "python-ldap",
    },
    "requirements-mysql.txt": {"mysqlclient"},
    "requirements-sentry.txt": {"sentry-sdk"},
}
IN_AN_ENVIRONMENT_OF_THEIR_OWN = "requirements-upkeep.txt"


def locked(path: Path) -> Iterator[tuple[Requirement, list[str]]]:
    """Yield each package of a file with its hashes."""
    for line in path.read_text().replace("\\\n", "").splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement, *hashes = re.split(r"\s+--hash=", line)
            yield Requirement(requirement), hashes


def pinned(path: Path) -> dict[str, str]:
    return {
        canonicalize_name(requirement.name): str(requirement.specifier)
        for requirement, _ in locked(path)
    }


def applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate()


def test_there_are_pins_to_test() -> None:
    assert [path.stem for path in LOCKS] == [path.stem for path in INPUTS]
    assert {"django", "soupsieve"} <= pinned(BASE_DIR / "requirements.txt").keys()


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_explained_and_locked(path: Path) -> None:
    lock = pinned(path.with_suffix(".txt"))

    for line in path.read_text().splitlines():
        if line and not line.startswith(("#", "-")):
            pin = re.fullmatch(r"([\w.-]+)(==[\w.]+)\s+# .+", line)
            assert pin, line
            assert lock.get(canonicalize_name(pin[1])) == pin[2], "Run: make lock"


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_hashes(path: Path) -> None:
    for requirement, hashes in locked(path):
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier))
        assert hashes, requirement
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", digest) for digest in hashes)


@pytest.mark.parametrize(
    "path",
    [path for path in LOCKS if path.name != IN_AN_ENVIRONMENT_OF_THEIR_OWN],
    ids=lambda path: path.name,
)
def test_every_promised_python_admits_every_pin(path: Path) -> None:
    absent = set()
    for requirement, _ in locked(path):
        try:
            distribution = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            if applies(requirement):
                absent.add(requirement.name)
            continue
        requires_python = str(distribution.metadata.json.get("requires_python", ""))
        admitted = SpecifierSet(requires_python)
        pythons = [python for python in PYTHONS if applies_on(requirement, python)]

        assert distribution.version in requirement.specifier, "Run: make test-fast"
        assert [python for python in pythons if python not in admitted] == [], (
            f"{requirement.name} {distribution.version} needs Python {admitted}"
        )
    assert absent <= NOT_INSTALLED_FOR_THE_FAST_SUITE.get(path.name, set())


def applies_on(requirement: Requirement, python: str) -> bool:
    environment = {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
    }
    return requirement.marker is None or requirement.marker.evaluate(environment)


def test_different_files_pin_the_same_version() -> None:
    versions: dict[str, set[str]] = {}
    for path in LOCKS:
        if path.name != IN_AN_ENVIRONMENT_OF_THEIR_OWN:
            for name, version in pinned(path).items():
                versions.setdefault(name, set()).add(version)

    assert {name for name, several in versions.items() if len(several) > 1} == set()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Create a directory with the Makefile and the one package to be installed."""
    (tmp_path / "Makefile").symlink_to(BASE_DIR / "Makefile")
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    with zipfile.ZipFile(tmp_path / "parcel-1-py3-none-any.whl", "w") as wheel:
        about = "Metadata-Version: 2.1\nName: parcel\nVersion: 1\n"
        wheel.writestr("parcel.py", "")
        wheel.writestr("parcel-1.dist-info/METADATA", about)
        wheel.writestr(
            "parcel-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n"
        )
        wheel.writestr("parcel-1.dist-info/RECORD", "")
    return tmp_path


def make_install(checkout: Path, requirement: str) -> subprocess.CompletedProcess[str]:
    (checkout / "requirements.txt").write_text(f"{requirement}\n")
    pip = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": str(checkout),
        "PIP_NO_INDEX": "1",
        "PIP_TARGET": str(checkout / "installed"),
    }
    return subprocess.run(
        ["make", "-s", ".venv/bin/.run"],  # noqa: S607
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "HOME": str(checkout), **pip},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_package_with_its_hash_is_installed(checkout: Path) -> None:
    wheel = (checkout / "parcel-1-py3-none-any.whl").read_bytes()
    digest = hashlib.sha256(wheel).hexdigest()

    run = make_install(checkout, f"parcel==1 --hash=sha256:{digest}")

    assert run.returncode == 0, run.stderr
    assert (checkout / "installed/parcel.py").exists()


@pytest.mark.parametrize(
    ("hashes", "complaint"),
    [
        (f"--hash=sha256:{'0' * 64}", "DO NOT MATCH THE HASHES"),
        ("", "Hashes are required"),
    ],
)
def test_a_package_without_its_hash_is_not_installed(
    checkout: Path, hashes: str, complaint: str
) -> None:
    run = make_install(checkout, f"parcel==1 {hashes}")

    assert run.returncode != 0
    assert complaint in run.stderr
    assert not (checkout / "installed").exists()
    assert not (checkout / ".venv/bin/.run").exists()
