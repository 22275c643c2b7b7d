"""The site of the demo: its settings, its database, its clusters and people."""

import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import requests

from contrib.demo import incidents, offerings
from contrib.demo.browser import Browser
from contrib.demo.processes import ROOT, Processes

PATIENCE_S = 60
SETTINGS = """
DEBUG = {debug!r}
SITE_URL = {url!r}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = {mail!r}
ADMINS = [("Admin", "admin@example.org")]
MANAGERS = [("Manager", "manager@example.org")]
OPERATING_SYSTEMS = {systems!r}
OPERATING_SYSTEMS_URLS = [{local!r} + "/images/"]
SNF_OPERATING_SYSTEMS_URLS = [{local!r} + "/snf/"]
IMAGES_URL = [{local!r} + "/meta/"]
COLLECTD_URL = {graphs!r} + "/grapher"
PROMETHEUS_URL = {graphs!r} + "/prometheus"
SERVER_MONITORING_URL = "https://monitoring.example.org/host/"
BRANDING = {{
    "FEED_URL": {local!r} + "/feed.xml",
    "SERVICE_PROVIDED_BY": {{
        "NAME": "Example University",
        "URL": "https://www.example.org/",
        "SOCIAL_NETWORKS": [
            {{
                "NAME": "Mastodon",
                "URL": "https://social.example.org/",
                "ICON": "mastodon",
            }},
        ],
    }},
}}
"""
SIMULATOR = (
    *("-m", "contrib.simulator", "--own-addresses"),
    *("--port-base", "0", "--control-port", "0"),
    *("--clusters", "3", "--nodes", "6", "--instances", "240"),
    *("--owners", "alice:12,bob:3"),
)


@dataclass(frozen=True)
class Site:
    """Directory and port of the site."""

    state: Path
    port: int
    debug: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def local_port(self) -> int:
        """The port of images, feed and emails."""
        return free_port(self.port + 1)

    @cached_property
    def graph_port(self) -> int:
        """The port of the servers of graphs."""
        return free_port(self.local_port + 1)

    @property
    def local_url(self) -> str:
        return f"http://localhost:{self.local_port}"

    @property
    def is_new(self) -> bool:
        return not (self.state / "ganetimgr.sqlite3").exists()

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables of its processes."""
        return {
            "DJANGO_SETTINGS_MODULE": "ganetimgr.settings",
            "GANETIMGR_SETTINGS": str(self.state / "settings.py"),
            "GANETIMGR_STATE": str(self.state),
            "GANETIMGR_BIND": f"127.0.0.1:{self.port}",
        }

    def forget(self) -> None:
        """Remove the data of the site, which must not run."""
        for name in ("local", "cache", "mail", "ganetimgr.sqlite3"):
            remove(self.state / name)
        for suffix in ("-wal", "-shm"):
            remove(self.state / f"ganetimgr.sqlite3{suffix}")

    def prepare(self) -> None:
        """Write the settings, and use them in this process, too."""
        for directory in (self.state.parent, self.state):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.state.chmod(0o700)
        remove(self.state / "local")
        settings = SETTINGS.format(
            debug=self.debug,
            url=f"http://localhost:{self.port}",
            local=f"http://127.0.0.1:{self.local_port}",
            graphs=f"http://127.0.0.1:{self.graph_port}",
            mail=str(self.state / "mail"),
            systems=dict(offerings.OPERATING_SYSTEMS),
        )
        (self.state / "settings.py").write_text(settings)
        offerings.write(self.state / "local", self.local_url)
        os.environ.update(self.environment)

    # -- its parts

    def start_environment(self, processes: Processes) -> list[dict[str, Any]]:
        """Start the services that the site needs; return the simulated clusters."""
        ready_file = self.state / "simulator.json"
        ready_file.unlink(missing_ok=True)
        processes.start("simulator", *SIMULATOR, "--ready-file", str(ready_file))
        processes.start(
            "local-server",
            *(
                "-m",
                "contrib.demo.local_server",
                "--directory",
                str(self.state / "local"),
            ),
            *("--mail", str(self.state / "mail"), "--port", str(self.local_port)),
        )
        processes.start(
            "graph-server",
            *("-m", "contrib.demo.graph_server", "--port", str(self.graph_port)),
        )
        processes.wait_for(ready_file.exists, PATIENCE_S, "The simulated clusters")
        ready = json.loads(ready_file.read_text())
        incidents.cause(ready["control_url"])
        clusters: list[dict[str, Any]] = ready["clusters"]
        return clusters

    def wait_for_web(self, processes: Processes) -> None:
        self._wait_for_page("healthz", processes, "The web server")

    def wait_for_watcher(self, processes: Processes) -> None:
        self._wait_for_page("readyz", processes, "The watcher")

    def _wait_for_page(self, page: str, processes: Processes, subject: str) -> None:
        address = f"{self.url}/{page}"
        processes.wait_for(lambda: answers(address), PATIENCE_S, subject)

    # -- what it has

    def make_database(self) -> None:
        """Create or update the tables; at first, create users and pages."""
        from django.core.management import call_command  # noqa: PLC0415 - when set up

        from ganetimgr import start  # noqa: PLC0415 - reads the settings

        is_new = self.is_new
        start.setup()
        call_command("migrate", verbosity=0)
        if not self.debug:
            call_command("collectstatic", interactive=False, verbosity=0)
        if is_new:
            call_command("loaddata", "flatpages", verbosity=0)

            from contrib.demo import people  # noqa: PLC0415 - needs Django set up

            people.create()

    def add_clusters(self, clusters: list[dict[str, Any]]) -> None:
        """Add the simulated clusters as an administrator would."""
        browser = Browser(self.url)
        browser.log_in("root", "demo")
        for cluster in clusters:
            browser.add_cluster(
                cluster["fingerprint"],
                hostname=cluster["host"],
                port=str(cluster["port"]),
                slug=cluster["name"],
                description="Simulated",
                username=cluster["user"],
                new_password=cluster["password"],
            )

    def follow_clusters(self, clusters: list[dict[str, Any]]) -> None:
        """Update the addresses of existing clusters."""
        from apps.ganeti.models import Cluster  # noqa: PLC0415 - needs Django set up

        for cluster in clusters:
            Cluster.objects.filter(slug=cluster["name"]).update(
                port=cluster["port"], fingerprint=cluster["fingerprint"]
            )

    def fill_in_applications(self, processes: Processes) -> None:
        # Both need Django set up.
        from contrib.demo import applications, notifications  # noqa: PLC0415

        processes.wait_for(
            applications.has_snapshots, PATIENCE_S, "The clusters' machines"
        )
        applications.create()
        notifications.create()
        browser = Browser(self.url)
        browser.log_in("root", "demo")
        incidents.explain(browser)

    def announcement(self) -> Iterator[str]:
        """Yield lines with its URL and who can log in."""
        from contrib.demo.people import LOGINS, PASSWORD  # noqa: PLC0415 - as above

        yield (
            f"ganetimgr is ready at http://localhost:{self.port}/ - "
            f"log in with the password {PASSWORD!r} as"
        )
        for name, description in LOGINS.items():
            yield f"  {name:8}{description}"
        yield f"Emails can be read at {self.local_url}/mails/. Press Ctrl-C to stop."


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_port(port: int) -> int:
    """Return this port, or any other one if it is taken."""
    if not is_taken(port):
        return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.RequestException:
        return False


def directory(name: str) -> Path:
    """Return the directory of a site of this name."""
    return Path(os.environ.get("GANETIMGR_STATE") or ROOT / "var") / name
