"""The state directory of the embedded default: created private, or refused."""

import os
import pwd
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from ganetimgr.settings import state

KEY = "k" * 50
REDIS = {"default": {"BACKEND": "ganetimgr.caches.redis.RedisCache", "LOCATION": "r"}}
MYSQL = {"default": {"ENGINE": "django.db.backends.mysql", "NAME": "ganetimgr"}}


def make_directories(state_directory: Path, **settings: object) -> None:
    values = {"SECRET_KEY": KEY, "DATABASES": MYSQL, "CACHES": REDIS, **settings}
    state.make_private_directories({"STATE_DIR": state_directory, **values})


def databases(name: object) -> dict[str, dict[str, object]]:
    return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": name}}


def caches(location: object) -> dict[str, dict[str, object]]:
    backend = "ganetimgr.caches.files.FileBasedCache"
    return {"default": {"BACKEND": backend, "LOCATION": location}}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_a_fresh_state_directory_is_private_whatever_the_umask(
    tmp_path: Path, umask: int
) -> None:
    previous_umask = os.umask(umask)
    try:
        make_directories(tmp_path / "state", SECRET_KEY="")
    finally:
        os.umask(previous_umask)

    assert mode(tmp_path / "state") == 0o700


@pytest.mark.parametrize("open_mode", [0o755, 0o750, 0o701, 0o770, 0o1777])
def test_a_directory_open_to_others_is_refused_with_the_command_that_closes_it(
    tmp_path: Path, open_mode: int
) -> None:
    directory = tmp_path / "its state"
    directory.mkdir()
    directory.chmod(open_mode)

    with pytest.raises(ImproperlyConfigured) as refusal:
        make_directories(directory, SECRET_KEY="")

    assert str(refusal.value).endswith(f"chmod 700 '{directory}'")
    assert f"{open_mode:04o}" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_directory_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    owner = pwd.getpwuid(os.geteuid()).pw_name
    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam("nobody").pw_uid)

    with pytest.raises(ImproperlyConfigured, match=f"belongs to {owner}") as refusal:
        make_directories(tmp_path / "state", SECRET_KEY="")

    assert "Run it as" in str(refusal.value)


@pytest.mark.parametrize("kind", ["database", "cache"])
def test_directories_of_databases_and_caches_must_be_private(
    tmp_path: Path, kind: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    settings: dict[str, object] = (
        {"DATABASES": databases(str(elsewhere / "db.sqlite3"))}
        if kind == "database"
        else {"CACHES": caches(str(elsewhere))}
    )

    with pytest.raises(ImproperlyConfigured, match="elsewhere is open"):
        make_directories(tmp_path / "state", **settings)

    assert not (tmp_path / "state").exists()


def test_directories_below_a_private_one_may_be_open(tmp_path: Path) -> None:
    (tmp_path / "state" / "cache").mkdir(parents=True)
    (tmp_path / "state" / "cache").chmod(0o755)
    (tmp_path / "state").chmod(0o700)

    make_directories(tmp_path / "state", CACHES=caches(tmp_path / "state" / "cache"))


def test_an_unused_state_directory_may_be_open(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o755)

    make_directories(tmp_path / "state", DATABASES=databases(":memory:"))
