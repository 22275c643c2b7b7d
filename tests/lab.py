"""The real Ganeti of contrib/lab, for tests that need one.

A cluster that is up is used as it is and left up, since other runs may use it too: a
test creates instances with a prefix of its own and removes them.
"""

import http.client
import json
import os
import ssl
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from ganetimgr.settings.defaults import BASE_DIR

SCRIPT = BASE_DIR / "contrib" / "lab" / "lab"
NETWORK = os.environ.get("GANETI_LAB_NET", "10.77")
ADDRESSES = {"fake": f"{NETWORK}.1.10", "kvm": f"{NETWORK}.2.10"}
# Where its operating systems log their parameters.
ROOT = os.environ.get("GANETI_LAB_ROOT", "/var/tmp/ganeti-lab")  # noqa: S108 - its place
RUNS = Path(ROOT) / "os-runs"
FINAL = ("success", "error", "canceled")
# Ganeti's message when an object has changed before it was locked.
RETRY_MESSAGE = "retry the operation"

UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname = False
UNVERIFIED.verify_mode = ssl.CERT_NONE


@dataclass(frozen=True, slots=True)
class Lab:
    """One cluster of the lab, called directly and not through the product."""

    kind: str
    host: str
    port: int = 5080
    username: str = "ganetimgr"
    password: str = "secret"

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> Any:
        """Make one call; raise AssertionError if Ganeti refuses it."""
        connection = http.client.HTTPSConnection(
            self.host, self.port, context=UNVERIFIED, timeout=30
        )
        target = f"{path}?{urlencode(query or {})}"
        with closing(connection):
            connection.request(
                method,
                target,
                None if body is None else json.dumps(body),
                self._headers,
            )
            answer = connection.getresponse()
            text = answer.read().decode()
        assert answer.status == 200, f"{method} {path}: {answer.status} {text}"
        return json.loads(text)

    @property
    def _headers(self) -> dict[str, str]:
        secret = b64encode(f"{self.username}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {secret}", "Content-Type": "application/json"}

    def job(self, job_id: int) -> dict[str, Any]:
        job: dict[str, Any] = self.request("GET", f"/2/jobs/{job_id}")
        return job

    def finish(self, job_id: int, seconds: float = 60) -> dict[str, Any]:
        """Wait for a job's end and return the job; fail unless it succeeded."""
        end = time.monotonic() + seconds
        while (job := self.job(job_id))["status"] not in FINAL:
            assert time.monotonic() < end, f"job {job_id} is {job['status']}"
            time.sleep(0.2)
        assert job["status"] == "success", job["opresult"]
        return job

    def change(self, method: str, path: str, body: Any = None) -> None:
        """Run a job; again while Ganeti asks for it, since other jobs interfere."""
        while True:
            try:
                self.finish(int(self.request(method, path, body=body)))
            except AssertionError as exc:
                if RETRY_MESSAGE not in str(exc):
                    raise
            else:
                return

    def names(self) -> list[str]:
        return [instance["id"] for instance in self.request("GET", "/2/instances")]

    def instance(self, name: str) -> dict[str, Any]:
        instance: dict[str, Any] = self.request("GET", f"/2/instances/{name}")
        return instance

    def create(self, name: str, **changes: Any) -> int:
        """Submit the creation of a small instance that is stopped; return the job."""
        body = {
            "__version__": 1,
            "mode": "create",
            "instance_name": name,
            "disk_template": "file",
            "disks": [{"size": 16}],
            "nics": [],
            "os_type": "image+default",
            "pnode": self.request("GET", "/2/nodes")[0]["id"],
            "no_install": True,
            "start": False,
            "ip_check": False,
            "name_check": False,
            "beparams": {"memory": 32},
            **changes,
        }
        return int(self.request("POST", "/2/instances", body=body))

    def delete(self, name: str) -> int:
        return int(self.request("DELETE", f"/2/instances/{name}"))

    def power(self, name: str, action: str) -> int:
        """Submit a startup or shutdown."""
        return int(self.request("PUT", f"/2/instances/{name}/{action}"))

    def hold(self, name: str, seconds: float) -> int:
        """Keep a stopped instance locked for a while; return the job that does.

        It installs the operating system anew, whose script sleeps.
        """
        body = {
            "os": "image+default",
            "start": False,
            "osparams": {"delay": str(seconds)},
        }
        job_id = int(self.request("POST", f"/2/instances/{name}/reinstall", body=body))
        # It shuts the instance down first and lets go of it in between.
        while (statuses := self.job(job_id)["opstatus"])[1] != "running":
            assert not {"error", "canceled"} & set(statuses), self.job(job_id)
            time.sleep(0.1)
        return job_id

    @contextmanager
    def instances(self, *names: str, **changes: Any) -> Iterator[None]:
        """Create stopped instances for the block, and remove them after it."""
        self.remove(*names)
        for job_id in [self.create(name, **changes) for name in names]:
            self.finish(job_id)
        try:
            yield
        finally:
            self.remove(*names)

    def remove(self, *names: str) -> None:
        """Delete those of the instances that exist."""
        existing = set(names) & set(self.names())
        for job_id in [self.delete(name) for name in existing]:
            self.finish(job_id)


def is_up(kind: str, tries: int = 3) -> bool:
    """Return whether a cluster is up; a busy machine may need several tries."""
    return any(_run("status", kind) is None for _ in range(tries))


def bring_up(kind: str) -> Lab:
    """Bring up a cluster of the lab; skip the test where that isn't possible."""
    if not is_up(kind):
        if os.getuid() != 0:
            pytest.skip(f"the lab's {kind} cluster is down, and only root brings it up")
        error = _run("up", kind)
        if error is not None:
            pytest.skip(f"the lab's {kind} cluster does not come up: {error}")
    return Lab(kind, ADDRESSES[kind])


def _run(verb: str, kind: str) -> str | None:
    """Run the lab's script; return its error output, None if it succeeds."""
    # A file, not a pipe: Ganeti's daemons would keep that open for ever.
    with tempfile.TemporaryFile("w+") as errors:
        run = subprocess.run(  # noqa: S603 - our own script
            [SCRIPT, verb, kind],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            check=False,
        )
        errors.seek(0)
        return errors.read().strip() if run.returncode else None


@pytest.fixture(scope="session")
def lab() -> Lab:
    """Return the lab's cluster of three nodes with the fake hypervisor."""
    return bring_up("fake")


@pytest.fixture(scope="session")
def kvm_lab() -> Lab:
    """Return the lab's cluster of one node with KVM."""
    return bring_up("kvm")
