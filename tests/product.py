"""The whole product as processes, for tests of the system and for benchmarks."""

import email
import email.policy
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from ganetimgr.settings.defaults import BASE_DIR
from tests import services

SETTINGS = """
SECRET_KEY = "only-for-tests-{pad}"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = {mail!r}
ADMINS = [("Admin", "admin@example.org")]
MANAGERS = [("Manager", "manager@example.org")]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""


class Product:
    """gunicorn and watchers in a directory, with settings of its own.

    It listens at ``host``, an address of this machine. Other keyword arguments are
    settings; the others have the values of the embedded default.
    """

    def __init__(
        self,
        directory: Path,
        *,
        watchers: int = 1,
        workers: int = 1,
        host: str = "127.0.0.1",
        **settings: Any,
    ) -> None:
        self.directory = directory
        self.host = host
        self.port = services.free_port()
        self.url = f"http://{host}:{self.port}"
        self.web: subprocess.Popen[bytes] | None = None
        self.watchers: list[subprocess.Popen[bytes]] = []
        self._first_watchers = watchers
        self._workers = workers
        self.mail_directory.mkdir(parents=True, exist_ok=True)
        self.configure(settings)

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Write the operator's settings file; running processes keep the old one."""
        lines = [SETTINGS.format(pad="x" * 50, mail=str(self.mail_directory))]
        settings = {
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": [self.host, "localhost"],
            **settings,
        }
        lines += [f"{name} = {value!r}\n" for name, value in settings.items()]
        (self.directory / "settings.py").write_text("".join(lines))

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Self:
        self.manage("migrate", "--verbosity=0")
        self.manage("collectstatic", "--noinput", "--verbosity=0")
        self.start_web()
        for _ in range(self._first_watchers):
            self.start_watcher()
        return self

    def stop(self) -> None:
        for process in (*self.watchers, *([self.web] if self.web else [])):
            services.end(process)

    def start_web(self) -> None:
        self.web = self._spawn(
            "web",
            *("-m", "gunicorn", "-c", "contrib/gunicorn/gunicorn.conf.py"),
            GANETIMGR_BIND=f"{self.host}:{self.port}",
            GANETIMGR_WORKERS=str(self._workers),
        )
        self.wait_until(self._answers, 30, "the first page")

    def stop_web(self) -> None:
        assert self.web is not None
        services.end(self.web)

    def start_watcher(self) -> subprocess.Popen[bytes]:
        name = f"watcher-{len(self.watchers)}"
        watcher = self._spawn(name, "watcher.py", "--foreground")
        self.watchers.append(watcher)
        return watcher

    def kill_watcher(self, index: int = -1, signum: int = signal.SIGKILL) -> None:
        """End one of the watchers, by default with SIGKILL."""
        services.end(self.watchers.pop(index), signum)

    def manage(self, *arguments: str, stdin: str | None = None) -> str:
        """Run a command of manage.py and return its output."""
        run = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, f"{arguments}: {run.stdout}{run.stderr}"
        return run.stdout

    def shell(self, code: str) -> str:
        """Run Python inside the product and return its output."""
        return self.manage("shell", "--verbosity=0", "--command", code).strip()

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ganetimgr.settings",
            "GANETIMGR_SETTINGS": str(self.directory / "settings.py"),
            "GANETIMGR_STATE": str(self.directory / "state"),
            "PYTHONUNBUFFERED": "1",
        }

    @property
    def mail_directory(self) -> Path:
        return self.directory / "mail"

    def mails(self) -> list[EmailMessage]:
        """Return the mails sent so far, oldest first."""
        return [
            email.message_from_bytes(part.strip() + b"\n", policy=email.policy.default)
            for path in sorted(self.mail_directory.glob("*.log"))
            for part in path.read_bytes().split(b"-" * 79 + b"\n")
            if part.strip()
        ]

    def log(self, name: str = "web") -> str:
        """Return the log of a process: "web", "watcher-0", "watcher-1" …."""
        return (self.directory / f"{name}.log").read_text()

    def wait_until(
        self,
        ready: Callable[[], object],
        seconds: float = 10,
        description: str = "what was waited for",
    ) -> float:
        """Wait and return the seconds it took; show the logs on a timeout."""
        start = time.monotonic()
        try:
            services.wait_until(ready, seconds, description)
        except TimeoutError as exc:
            logs = sorted(self.directory.glob("*.log"))
            tails = [f"--- {path.name}\n{path.read_text()[-3000:]}" for path in logs]
            raise TimeoutError("\n".join([str(exc), *tails])) from exc
        return time.monotonic() - start

    def _answers(self) -> bool:
        assert self.web is not None
        assert self.web.poll() is None, self.log()
        try:
            requests.get(f"{self.url}/healthz", timeout=5)
        except requests.RequestException:
            return False
        return True

    def _spawn(
        self, name: str, *arguments: str, **environment: str
    ) -> subprocess.Popen[bytes]:
        with (self.directory / f"{name}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, *arguments],
                cwd=BASE_DIR,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
