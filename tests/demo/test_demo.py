"""The demo as ``make demo`` and ``make run`` run it."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from contrib.demo.browser import Browser
from ganetimgr.settings.defaults import BASE_DIR
from tests import services

pytestmark = pytest.mark.system


class Demo:
    """A running demo in a directory of its own."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.state = directory / "demo"
        self.port = services.free_port()
        self._output = directory / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "contrib.demo", f"--port={self.port}", *options],
                cwd=BASE_DIR,
                env={**os.environ, "GANETIMGR_STATE": str(directory)},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.output
        return "is ready" in self.output


@contextmanager
def running(directory: Path, *options: str) -> Iterator[Demo]:
    demo = Demo(directory, *options)
    try:
        services.wait_until(demo.is_ready, 120, "the demo")
        yield demo
    finally:
        services.end(demo.process, signal.SIGINT)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


def test_its_state_is_private(demo: Demo) -> None:
    assert stat.S_IMODE(demo.state.stat().st_mode) == 0o700


def test_the_output_lists_addresses_and_users(demo: Demo) -> None:
    assert f"http://localhost:{demo.port}/" in demo.output
    assert "/mails/" in demo.output
    assert "reviews applications" in demo.output


def test_users_find_applications_and_news(demo: Demo) -> None:
    browser = Browser(f"http://localhost:{demo.port}")
    browser.log_in("rita", "demo")

    def page(path: str) -> str:
        answer = browser.session.get(browser.url + path, timeout=60)
        answer.raise_for_status()
        return answer.text

    list_page = page("/application/list")
    for state in ("Pending", "Failed", "Rejected", "Created"):
        assert state in list_page
    assert "New nodes in Athens" in page("/news")
    assert "placeholder" in page("/about/tos/")


def test_mails_can_be_read_and_their_links_lead_to_the_site(demo: Demo) -> None:
    mails = demo.output.partition("Emails can be read at ")[2].split(". ")[0]

    def has_arrived() -> bool:
        return "shop.eleni.example.org" in requests.get(mails, timeout=5).text

    services.wait_until(has_arrived, 30, "the first mail")
    mail = requests.get(f"{mails}0/", timeout=5).text
    assert f'href="http://localhost:{demo.port}/application/' in mail


def test_ctrl_c_ends_all_processes(demo: Demo) -> None:
    mails = demo.output.partition("Emails can be read at ")[2].split(". ")[0]

    demo.process.send_signal(signal.SIGINT)

    assert demo.process.wait(30) == 0
    for address in (mails, f"http://localhost:{demo.port}/"):
        with pytest.raises(requests.ConnectionError):
            requests.get(address, timeout=5)


def test_develop_mode_keeps_data_and_can_run_without_a_watcher(
    tmp_path: Path,
) -> None:
    with running(tmp_path, "--develop") as first:
        browser = Browser(f"http://localhost:{first.port}")
        browser.log_in("alice", "demo")

    with running(tmp_path, "--develop", "--no-watcher") as second:
        address = f"http://localhost:{second.port}/user/profile/"
        page = browser.session.get(address, timeout=60).text
        command = "watcher.py --foreground --debug"
        services.wait_until(lambda: command in second.output, 60, "the command")

    assert "alice@" in page
    assert "/static/ganetimgr/css/pages.css" in page
