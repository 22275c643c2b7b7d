"""This machine with ganetimgr installed as on Debian, for scripts that root runs.

It uses namespaces: the user, the files at their usual places and all processes exist
only there and vanish with it.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from ganetimgr.settings.defaults import BASE_DIR
from tests import services

USER = "ganetimgr"
ROTATION = "/srv/ganetimgr/contrib/logrotate/ganetimgr"
SETTINGS = """
SECRET_KEY = "only-for-tests-{pad}"
# No collectstatic is needed.
STORAGES = {{
    "default": {{"BACKEND": "django.core.files.storage.FileSystemStorage"}},
    "staticfiles": {{
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }},
}}
"""
DEFAULTS = """
GANETIMGR_SETTINGS=/srv/settings.py
GANETIMGR_STATE=/srv/state
GANETIMGR_BIND=127.0.0.1:{port}
GANETIMGR_WORKERS=1
PYTHONPATH=/srv/packages
WATCHER_LOG=/var/log/ganetimgr/watcher.log
WEB_LOG=/var/log/ganetimgr/web.log
"""
SETUP = """
set -eu
cd {view}
mount --bind passwd /etc/passwd
mount --bind group /etc/group
mount --bind default /etc/default
mount --bind log /var/log
mount -t tmpfs tmpfs /run
mount --bind {packages} srv/packages
mount --rbind {tree} srv/ganetimgr
mount --bind venv srv/ganetimgr/.venv
mount --rbind srv /srv
touch ready
# We adopt orphaned processes, and nobody waits for their end.
exec env --ignore-signal=CHLD sleep infinity
"""


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Debian"]:
    if os.getuid() != 0:
        pytest.skip("only root starts services")
    for program in ("start-stop-daemon", "logrotate"):
        if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            pytest.skip(f"{program} is not installed")
    with Debian(tmp_path_factory.mktemp("debian")) as debian:
        yield debian


class Debian:
    """A private view of this machine, with a user, settings and the source tree."""

    def __init__(self, view: Path) -> None:
        self.view = view
        self.port = services.free_port()
        self.uid = 64_123
        self._holder: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._write_files()
        packages = find_spec("django")
        assert packages is not None
        assert packages.origin is not None
        script = SETUP.format(
            view=self.view, tree=BASE_DIR, packages=Path(packages.origin).parents[1]
        )
        self._holder = subprocess.Popen(  # noqa: S603 - our own script
            [
                *("/usr/bin/unshare", "--mount", "--pid", "--fork", "--kill-child"),
                *("--mount-proc", "sh", "-c", script),
            ],
            start_new_session=True,
        )
        try:
            services.wait_until(self._is_ready, 20, "a view of this machine")
        except BaseException:
            services.end(self._holder, signal.SIGKILL)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._holder is not None
        services.end(self._holder, signal.SIGKILL)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command there, as root."""
        assert self._holder is not None
        pid = self._holder.pid
        (inside,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return subprocess.run(  # noqa: S603 - what the test runs
            ["/usr/bin/nsenter", "--target", inside, "--mount", "--pid", *command],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def shell(self, text: str) -> str:
        """Run a line of shell there, as root, and return its output."""
        run = self.run("/bin/sh", "-c", text)
        assert run.returncode == 0, f"{text}: {run.stdout}{run.stderr}"
        return run.stdout.strip()

    def service(self, action: str) -> subprocess.CompletedProcess[str]:
        """Call the init script."""
        return self.run("/bin/sh", "/srv/ganetimgr/contrib/init.d/ganetimgr", action)

    def rotate(self) -> None:
        """Rotate the logs now, with a copy of logrotate's file that root owns."""
        self.shell(f"install -o root -m 644 {ROTATION} /run/logrotate.conf")
        self.shell("logrotate --force --state /run/rotated /run/logrotate.conf")

    def configure(self, settings: str = "") -> None:
        path = self.view / "srv" / "settings.py"
        path.write_text(SETTINGS.format(pad="x" * 50) + settings)

    def _write_files(self) -> None:
        for name in ("default", "log", "srv/ganetimgr", "srv/packages", "venv/bin"):
            (self.view / name).mkdir(parents=True)
        for name, line in {
            "passwd": f"{USER}:x:{self.uid}:{self.uid}::/srv/state:/usr/sbin/nologin",
            "group": f"{USER}:x:{self.uid}:",
        }.items():
            system = Path("/etc", name).read_text()
            (self.view / name).write_text(f"{system}{line}\n")
        state = self.view / "srv" / "state"
        state.mkdir(mode=0o700)
        os.chown(state, self.uid, self.uid)
        (self.view / "default" / USER).write_text(DEFAULTS.format(port=self.port))
        self.configure()
        python = python_for_all()
        for name, arguments in {"python": "", "gunicorn": "-m gunicorn "}.items():
            program = self.view / "venv" / "bin" / name
            program.write_text(f'#!/bin/sh\nexec {python} {arguments}"$@"\n')
            program.chmod(0o755)

    def _is_ready(self) -> bool:
        assert self._holder is not None
        assert self._holder.poll() is None, "no namespaces here"
        return (self.view / "ready").exists()


def python_for_all() -> str:
    """Return a Python of the running version that other users may execute."""
    base = Path(sys.base_prefix)
    if all(path.stat().st_mode & 0o001 for path in (base, *base.parents)):
        return sys.executable
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    python = shutil.which(version, path="/usr/bin:/usr/local/bin")
    if python is None:
        pytest.skip(f"no {version} that other users may run")
    return python
