"""The init script and logrotate's file, as root runs them on Debian."""

import pytest
import requests

from tests import services
from tests.system.debian import USER, Debian

pytestmark = pytest.mark.system
PARTS = ("web", "watcher")


@pytest.fixture
def running(debian: Debian) -> Debian:
    """Start the service, if it isn't running already."""
    debian.configure()
    started = debian.service("start")
    assert started.returncode == 0, started.stdout + started.stderr
    services.wait_until(lambda: is_answering(debian), 60, "the first page")
    return debian


def is_answering(debian: Debian) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{debian.port}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def pids(debian: Debian) -> list[str]:
    return [debian.shell(f"cat /run/ganetimgr/{part}.pid") for part in PARTS]


def has_open(debian: Debian, pid: str, name: str) -> bool:
    return f"/var/log/ganetimgr/{name}\n" in debian.shell(
        f"readlink /proc/{pid}/fd/* 2>/dev/null; echo"
    )


def test_the_service_starts_stops_and_reports_its_status(running: Debian) -> None:
    first_pids = pids(running)

    assert running.service("status").returncode == 0
    assert running.service("start").returncode == 0
    assert pids(running) == first_pids
    stopped = running.service("stop")
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    assert not is_answering(running)
    assert running.shell(f"pgrep --uid {USER} || true") == ""
    assert running.service("status").returncode == 3
    assert running.service("stop").returncode == 0


def test_processes_create_private_files(running: Debian) -> None:
    for pid in pids(running):
        status = running.shell(f"cat /proc/{pid}/status")

        assert f"Uid:\t{running.uid}\t{running.uid}" in status
        assert "Umask:\t0077" in status


@pytest.mark.parametrize("act", ["echo 1 >", "rm -f", "touch"])
def test_the_service_user_cannot_change_the_pid_files(
    running: Debian, act: str
) -> None:
    text = f"{act} /run/ganetimgr/web.pid"

    run = running.run("runuser", "-u", USER, "--", "sh", "-c", text)

    assert run.returncode != 0


def test_the_log_goes_on_in_a_new_file_after_its_rotation(running: Debian) -> None:
    web, _watcher = pids(running)
    assert has_open(running, web, "web.log")

    running.rotate()

    services.wait_until(
        lambda: has_open(running, web, "web.log"), 20, "gunicorn has opened its new log"
    )
    assert not has_open(running, web, "web.log.1")
    assert "640 ganetimgr adm" in running.shell(
        "stat -c '%a %U %G' /var/log/ganetimgr/web.log"
    )


def test_wrong_settings_are_named_and_nothing_starts(debian: Debian) -> None:
    debian.service("stop")
    debian.configure("RAPI_CONNECT_TIMEOUT = 'eight'\n")

    started = debian.service("start")

    assert started.returncode == 6
    assert "RAPI_CONNECT_TIMEOUT takes a number" in started.stderr
    assert debian.shell(f"pgrep --uid {USER} || true") == ""
