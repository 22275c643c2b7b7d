"""The processes of the demo, ended together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 15


class Died(Exception):
    """Raised when a process has ended by itself."""


class Processes:
    """Starts processes with logs of their own, and ends them in reverse."""

    def __init__(self, logs: Path, environment: dict[str, str]) -> None:
        self._logs = logs
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str, in_terminal: bool = False) -> None:
        """Start Python with arguments, out of reach of the terminal's Ctrl-C.

        What runs ``in_terminal`` reads and writes there, and hears of Ctrl-C.
        """
        with (self._logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self._environment,
                stdin=None if in_terminal else subprocess.DEVNULL,
                stdout=None if in_terminal else log,
                stderr=None if in_terminal else log,
                start_new_session=not in_terminal,
            )

    def check(self) -> None:
        """Raise Died, with the end of its log, if one of them has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                log = (self._logs / f"{name}.log").read_text(errors="replace")
                raise Died(f"{name} ended:\n{log[-2000:]}")

    def wait_for(self, ready: Callable[[], bool], seconds: float, subject: str) -> None:
        end = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > end:
                raise Died(f"{subject}: not within {seconds:.0f} s. See {self._logs}.")
            time.sleep(0.1)

    def stop(self) -> None:
        """Terminate all processes; kill those that don't end."""
        self.end(*reversed(self._running))

    def end(self, *names: str) -> None:
        """Terminate some processes, as `stop` does."""
        ending = [self._running.pop(name) for name in names]
        for process in ending:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        end = time.monotonic() + PATIENCE_S
        for process in ending:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                kill(process)
                process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group, if the group is its own."""
    if os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
