"""The service's user, once compromised, makes root signal processes of others."""

from collections.abc import Iterator

import pytest

from tests.system.debian import USER, Debian

pytestmark = pytest.mark.attack
PID_FILE = "/run/ganetimgr/web.pid"


@pytest.fixture
def victim(debian: Debian) -> Iterator[str]:
    """Return a process of root's that the pid file names."""
    debian.service("stop")
    pid = debian.shell("sleep 300 >/dev/null 2>&1 & echo $!")
    debian.shell(f"install -d -m 755 /run/ganetimgr && echo {pid} > {PID_FILE}")
    debian.shell(f"install -d -o {USER} /var/log/ganetimgr")
    yield pid
    debian.shell(f"rm -f {PID_FILE}; kill {pid} || true")


def is_alive(debian: Debian, pid: str) -> bool:
    return debian.run("kill", "-0", pid).returncode == 0


@pytest.mark.parametrize("act", ["stop", "rotate"])
@pytest.mark.parametrize("owner", ["root", USER])
def test_root_signals_no_process_but_the_services_own(
    debian: Debian, victim: str, act: str, owner: str
) -> None:
    """Even if the pid file names another process, and belongs to the user."""
    debian.shell(f"chown {owner} {PID_FILE}")
    debian.shell("echo line > /var/log/ganetimgr/web.log")

    if act == "stop":
        debian.service("stop")
    else:
        debian.rotate()

    assert is_alive(debian, victim)
