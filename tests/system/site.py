"""The product with a real cluster behind a relay, and helpers for tests."""

import itertools
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ganetimgr.settings.wiring import INSTALLED_APPS
from tests import services
from tests.lab import Lab
from tests.product import Product
from tests.system.inside import Inside
from tests.system.relay import Relay

logger = logging.getLogger(__name__)

COUNTING = [*INSTALLED_APPS, "tests.system.counting.apps.CountingConfig"]
SETTINGS: dict[str, Any] = {
    "INSTALLED_APPS": COUNTING,
    "SNAPSHOT_REFRESH_SECONDS": 3,
    # As short as the lab allows, since tests wait for them.
    "RAPI_CONNECT_TIMEOUT": 2,
    "RAPI_RESPONSE_TIMEOUT": 5,
    "OPERATING_SYSTEMS": {
        "works": {"description": "It works", "provider": "image+default"},
        "slow": {
            "description": "It takes its time",
            "provider": "image+default",
            "osparams": {"delay": "3"},
        },
        "fails": {
            "description": "It fails",
            "provider": "image+default",
            "osparams": {"fail": "there is no such image"},
        },
    },
}
MACHINES = [f"fault-{letter}.example.org" for letter in "abc"]


# Factor by which a test waits longer than something usually takes.
PATIENCE = 5


def within_s(seconds: float = 5) -> float:
    """Return the timeout for something that takes at most so many seconds.

    It is longer while the machine's load exceeds its processors.
    """
    return PATIENCE * seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@dataclass
class Site:
    """A product with its servers and its cluster."""

    product: Product
    lab: Lab
    relay: Relay
    inside: Inside
    # The port of the mail server; nobody listens there unless a test does.
    mail_port: int = 0
    redis: services.Redis | None = None
    beanstalkd: services.Beanstalkd | None = None
    _machines: Iterator[str] = field(default_factory=lambda: itertools.cycle(MACHINES))
    _used: list[str] = field(default_factory=list)

    def ask(self, question: str, /, **arguments: Any) -> Any:
        return self.inside.ask(question, **arguments)

    def job(self, pk: int) -> dict[str, Any]:
        job: dict[str, Any] = self.ask("job", pk=pk)
        return job

    def machine(self) -> str:
        """Return the name of a stopped instance, also stopped in the snapshot."""
        name = next(self._machines)
        if self.lab.instance(name)["status"] != "ADMIN_down":
            self.lab.finish(self.lab.power(name, "shutdown"))
        self._used.append(name)
        if self.ask("known_states").get(name) != "stopped":
            self.ask("refresh", name=name)
        return name

    def stop_machines(self) -> None:
        """Stop the instances that a test used, without waiting."""
        for name in self._used:
            self.lab.power(name, "shutdown")
        self._used.clear()

    def start(self, name: str, username: str = "alice") -> int:
        """Submit the start of an instance; return the job's primary key."""
        result = self.ask("submit", kind="startup", name=name, username=username)
        assert not result["error"], result
        return int(result["pk"])

    @contextmanager
    def waiting_job(self, hold_s: float) -> Iterator[int]:
        """Yield a followed job that waits for its instance's lock."""
        name = self.machine()
        holding_job = self.lab.hold(name, hold_s)
        pk = self.start(name)
        self.product.wait_until(
            lambda: self.job(pk)["follower"], within_s(5), "a follower"
        )
        yield pk
        self.lab.finish(holding_job)

    def wait_for_end(self, pk: int, seconds: float = 5) -> float:
        """Wait until a job has ended and was handled; return the seconds."""
        took_s = self.product.wait_until(
            lambda: self.job(pk)["handled"], within_s(seconds), f"the end of job {pk}"
        )
        logger.info("job %s ended after %.1f s", pk, took_s)
        return took_s

    def assert_ended_once(self, pk: int, status: str = "success") -> None:
        """Assert that a job has ended: recorded once, handled once, not busy."""
        job = self.job(pk)
        assert job["status"] == status
        assert job["counted"] == 1
        assert job["recorded"] == "startup"
        assert not job["busy"]
        assert not job["follower"]

    def wait_for_ganeti(self, pk: int) -> None:
        """Wait until Ganeti has finished a job."""
        self.lab.finish(self.job(pk)["ganeti_id"])

    def page_of(self, pk: int) -> str:
        return f"/instances/lab/{self.job(pk)['instance']}/"

    def start_second_watcher(self) -> None:
        self.product.start_watcher()
        pids = {str(watcher.pid) for watcher in self.product.watchers}
        self.product.wait_until(
            lambda: pids <= {name.split(":")[1] for name in self.ask("watchers")},
            20,
            "both watchers run",
        )

    def watcher_of(self, pk: int) -> int:
        """Return the index of the watcher that follows a job."""
        pid = int(self.job(pk)["follower"].split(":")[1])
        return [watcher.pid for watcher in self.product.watchers].index(pid)

    def watcher_log(self) -> str:
        """Return the logs of all watchers, concatenated."""
        logs = sorted(self.product.directory.glob("watcher-*.log"))
        return "".join(path.read_text() for path in logs)
