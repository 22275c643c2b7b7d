"""The init script and logrotate's file, as root runs them on a Debian."""

import os
import shutil
from collections.abc import Iterator

import pytest
import requests

from tests import services
from tests.system.debian import USER, Debian

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.getuid() != 0, reason="only root starts services"),
    pytest.mark.skipif(
        shutil.which("start-stop-daemon", path="/usr/sbin:/sbin") is None,
        reason="start-stop-daemon is Debian's",
    ),
]
PARTS = ("web", "watcher")
PID_FILE = "/run/ganetimgr/web.pid"
ROTATION = "/srv/ganetimgr/contrib/logrotate/ganetimgr"


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Debian]:
    with Debian(tmp_path_factory.mktemp("debian")) as debian:
        yield debian


@pytest.fixture
def running(debian: Debian) -> Debian:
    """Start it, if it does not run already."""
    debian.configure()
    started = debian.service("start")
    assert started.returncode == 0, started.stdout + started.stderr
    services.wait_until(lambda: answers(debian), 60, "the first page")
    return debian


def answers(debian: Debian) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{debian.port}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def pids(debian: Debian) -> list[str]:
    return [debian.shell(f"cat /run/ganetimgr/{part}.pid") for part in PARTS]


def rotate(debian: Debian) -> None:
    # Debian's own directories for configuration are root's, and so is this file there.
    debian.shell(f"install -m 644 {ROTATION} /run/logrotate.conf")
    debian.shell("logrotate --force --state /run/rotated /run/logrotate.conf")


def has_open(debian: Debian, pid: str, name: str) -> bool:
    return f"/var/log/ganetimgr/{name}\n" in debian.shell(
        f"readlink /proc/{pid}/fd/* 2>/dev/null; echo"
    )


def test_it_starts_and_stops_and_says_whether_it_runs(running: Debian) -> None:
    first = pids(running)

    assert running.service("status").returncode == 0
    assert running.service("start").returncode == 0
    assert pids(running) == first
    stopped = running.service("stop")
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    assert not answers(running)
    assert running.shell(f"pgrep --uid {USER} || true") == ""
    assert running.service("status").returncode == 3
    assert running.service("stop").returncode == 0


def test_its_processes_write_for_the_service_alone(running: Debian) -> None:
    for pid in pids(running):
        status = running.shell(f"cat /proc/{pid}/status")

        assert f"Uid:\t{running.uid}\t{running.uid}" in status
        assert "Umask:\t0077" in status


def test_the_log_goes_on_in_a_new_file_after_its_rotation(running: Debian) -> None:
    web, _watcher = pids(running)
    assert has_open(running, web, "web.log")

    rotate(running)

    services.wait_until(
        lambda: has_open(running, web, "web.log"), 20, "gunicorn has opened its new log"
    )
    assert not has_open(running, web, "web.log.1")
    assert "640 ganetimgr adm" in running.shell(
        "stat -c '%a %U %G' /var/log/ganetimgr/web.log"
    )


def test_the_services_user_cannot_say_whom_root_signals(debian: Debian) -> None:
    debian.shell("install -d -m 755 /run/ganetimgr")
    as_user = debian.run(
        *("runuser", "-u", USER, "--", "sh", "-c", "echo 1 > /run/ganetimgr/web.pid")
    )
    assert as_user.returncode != 0


@pytest.mark.parametrize("act", ["stop", "rotate"])
def test_root_signals_no_process_but_the_services_own(debian: Debian, act: str) -> None:
    """Even where the pid file names one, as a pid file of the user's own could."""
    debian.service("stop")
    victim = debian.shell("sleep 300 >/dev/null 2>&1 & echo $!")
    debian.shell(f"install -d -m 755 /run/ganetimgr; echo {victim} > {PID_FILE}")
    debian.shell(f"chown {USER} {PID_FILE}")
    debian.shell(f"install -d -o {USER} /var/log/ganetimgr")
    debian.shell("echo line > /var/log/ganetimgr/web.log")

    if act == "stop":
        debian.service("stop")
    else:
        rotate(debian)

    assert debian.run("kill", "-0", victim).returncode == 0
    debian.shell(f"kill {victim}; rm -f {PID_FILE}")


def test_wrong_settings_are_named_and_nothing_starts(debian: Debian) -> None:
    debian.service("stop")
    debian.configure("RAPI_CONNECT_TIMEOUT = 'eight'\n")

    started = debian.service("start")

    assert started.returncode == 6
    assert "RAPI_CONNECT_TIMEOUT takes a number" in started.stderr
    assert debian.shell(f"pgrep --uid {USER} || true") == ""
