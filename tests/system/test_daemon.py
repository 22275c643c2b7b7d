"""The watcher as a service: signals, its files, its user."""

import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganetimgr.settings.defaults import BASE_DIR
from tests.product import Product
from tests.system.debian import python_for_all
from tests.system.site import Site, within_s

pytestmark = [pytest.mark.system]


@pytest.fixture
def directory() -> Iterator[Path]:
    """Return a directory that any user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture
def product(directory: Path) -> Product:
    """Return a product with a database but no processes."""
    product = Product(directory)
    (directory / "state").mkdir(mode=0o700)
    product.manage("migrate", "--verbosity=0")
    return product


@pytest.mark.lab
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_watcher_although_a_cluster_hangs(
    embedded: Site, number: int
) -> None:
    with embedded.waiting_job(hold_s=6) as pk:
        embedded.relay.hang()
        calls = len(embedded.relay.connections)
        embedded.product.wait_until(
            lambda: len(embedded.relay.connections) > calls,
            within_s(10),
            "a call that hangs",
        )
        watcher = embedded.product.watchers.pop()
        # A watcher that an earlier test killed has left its beat.
        beats = [
            name for name in embedded.ask("watchers") if f":{watcher.pid}:" in name
        ]
        assert beats
        start = time.monotonic()
        watcher.send_signal(number)

        assert watcher.wait(within_s(6)) == 0
        assert time.monotonic() - start < within_s()
        assert embedded.job(pk)["follower"] == ""
        assert not set(beats) & set(embedded.ask("watchers"))
        assert embedded.ask("refresh_state")["holder"] == ""
        embedded.relay.resume()
        embedded.product.start_watcher()
        embedded.wait_for_ganeti(pk)
        embedded.wait_for_end(pk)

    embedded.assert_ended_once(pk)


def test_the_watcher_becomes_a_daemon_with_a_pid_file(
    product: Product, directory: Path
) -> None:
    pid_file, log_file = directory / "pid", directory / "log"

    started = run(product, sys.executable, directory, "--debug")
    assert started.returncode == 0, started.stderr
    product.wait_until(lambda: is_watching(log_file), within_s(10), "it watches")
    pid = int(pid_file.read_text())
    assert os.getsid(pid) != os.getsid(0)
    assert str(Path(f"/proc/{pid}/fd/2").readlink()) == os.devnull
    os.kill(pid, signal.SIGTERM)

    product.wait_until(lambda: not is_alive(pid), within_s(), "it has ended")
    assert not pid_file.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_the_watcher_becomes_another_user_and_group(
    product: Product, directory: Path
) -> None:
    pid_file, log_file = directory / "pid", directory / "log"
    nobody = pwd.getpwnam("nobody")
    for path in (log_file, directory / "state", *(directory / "state").iterdir()):
        path.touch()
        os.chown(path, nobody.pw_uid, nobody.pw_gid)

    started = run(product, python_for_all(), directory, "--user", "nobody")
    assert started.returncode == 0, started.stderr
    product.wait_until(lambda: is_watching(log_file), within_s(10), "it watches")
    pid = int(pid_file.read_text())
    status = Path(f"/proc/{pid}/status").read_text()
    os.kill(pid, signal.SIGTERM)

    assert f"Uid:\t{nobody.pw_uid}\t{nobody.pw_uid}\t{nobody.pw_uid}" in status
    assert f"Gid:\t{nobody.pw_gid}\t{nobody.pw_gid}\t{nobody.pw_gid}" in status
    assert f"\nGroups:\t{nobody.pw_gid}" in status
    product.wait_until(lambda: not is_alive(pid), within_s(), "it has ended")


def test_the_pid_file_is_not_written_through_a_symlink(
    product: Product, directory: Path
) -> None:
    (directory / "victim").write_text("as it was")
    (directory / "pid").symlink_to(directory / "victim")

    run(product, sys.executable, directory, "--foreground", "--user", "x-y")

    assert (directory / "victim").read_text() == "as it was"


def test_an_unknown_user_is_reported(product: Product, directory: Path) -> None:
    started = run(product, sys.executable, directory, "--foreground", "--user", "x-y")

    assert started.returncode != 0
    assert "cannot become" in started.stderr


def run(
    product: Product, python: str, directory: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    """Start a watcher; return what a shell would see of it."""
    files = ("--pid-file", directory / "pid", "--log-file", directory / "log")
    packages = Path(pytest.__file__).parent.parent
    with tempfile.TemporaryFile("w+") as errors:
        started = subprocess.run(  # noqa: S603 - our own program
            [python, "watcher.py", *files, *options],
            cwd=BASE_DIR,
            env={**product.environment, "PYTHONPATH": str(packages)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            timeout=60,
            check=False,
        )
        errors.seek(0)
        return subprocess.CompletedProcess(
            started.args, started.returncode, "", errors.read()
        )


def is_watching(log_file: Path) -> bool:
    return log_file.exists() and "watching as" in log_file.read_text()


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
