"""Start everything, say where it is, and end everything on Ctrl-C."""

import argparse
import json
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import requests

from contrib.demo import offerings
from contrib.demo.browser import Browser
from contrib.demo.processes import ROOT, Died, Processes

STATE = Path(os.environ.get("GANETIMGR_STATE") or ROOT / "var") / "demo"
SETTINGS = """
SITE_URL = {url!r}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = {mail!r}
ADMINS = [("Admin", "admin@example.org")]
MANAGERS = [("Manager", "manager@example.org")]
OPERATING_SYSTEMS = {systems!r}
OPERATING_SYSTEMS_URLS = [{beside!r} + "/images/"]
SNF_OPERATING_SYSTEMS_URLS = [{beside!r} + "/snf/"]
IMAGES_URL = [{beside!r} + "/meta/"]
BRANDING = {{
    "FEED_URL": {beside!r} + "/feed.xml",
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

BESIDE = (
    *("-m", "contrib.demo.beside", "--directory", str(STATE / "beside")),
    *("--mail", str(STATE / "mail")),
)


class Stopped(Exception):
    """Somebody asked for the end."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    if is_taken(port):
        sys.exit(f"Port {port} is taken. Choose another one: make demo PORT={port + 1}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    beside = free_port(port + 1)
    environment = prepare(port, beside)
    processes = Processes(STATE / "log", environment)
    try:
        run(processes, f"http://127.0.0.1:{port}", beside)
    except Stopped:
        say("Ending.")
    except (Died, RuntimeError, requests.RequestException) as exc:
        sys.exit(f"The demo does not start: {exc}")
    finally:
        processes.stop()


def stop(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_port(wanted: int) -> int:
    """Return this port, or any other one if it is taken."""
    if not is_taken(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def local(port: int) -> str:
    return f"http://localhost:{port}"


def prepare(port: int, beside: int) -> dict[str, str]:
    """Begin anew, as the simulated clusters do; give the processes' environment."""
    for old in ("beside", "cache", "mail", "ganetimgr.sqlite3"):
        remove(STATE / old)
    for rest in ("-wal", "-shm"):
        remove(STATE / f"ganetimgr.sqlite3{rest}")
    for directory in (STATE.parent, STATE):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    STATE.chmod(0o700)
    settings = STATE / "settings.py"
    settings.write_text(
        SETTINGS.format(
            url=local(port),
            beside=f"http://127.0.0.1:{beside}",
            mail=str(STATE / "mail"),
            systems=dict(offerings.OPERATING_SYSTEMS),
        )
    )
    offerings.write(STATE / "beside", local(beside))
    environment = {
        "DJANGO_SETTINGS_MODULE": "ganetimgr.settings",
        "GANETIMGR_SETTINGS": str(settings),
        "GANETIMGR_STATE": str(STATE),
        "GANETIMGR_BIND": f"127.0.0.1:{port}",
    }
    os.environ.update(environment)
    return environment


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def run(processes: Processes, url: str, beside: int) -> None:
    """Bring everything up, and stay until somebody asks for the end."""
    ready_file = STATE / "simulator.json"
    ready_file.unlink(missing_ok=True)
    processes.start("simulator", *SIMULATOR, "--ready-file", str(ready_file))
    processes.start("beside", *BESIDE, "--port", str(beside))
    fill_the_database()
    processes.start("web", "-m", "gunicorn", "-c", "contrib/gunicorn/gunicorn.conf.py")
    processes.start("watcher", "watcher.py", "--foreground")
    processes.wait_for(ready_file.exists, 60, "The simulated clusters")
    processes.wait_for(lambda: answers(f"{url}/healthz"), 60, "The web server")
    add_clusters(url, json.loads(ready_file.read_text())["clusters"])
    processes.wait_for(lambda: answers(f"{url}/readyz"), 60, "The watcher")
    fill_in_what_needs_clusters(processes)
    say(announcement(url, local(beside)))
    while True:
        processes.check()
        time.sleep(1)


def fill_the_database() -> None:
    from django.core.management import call_command  # noqa: PLC0415 - when set up

    from ganetimgr import start  # noqa: PLC0415 - reads the settings

    start.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("loaddata", "flatpages", verbosity=0)

    from contrib.demo import people  # noqa: PLC0415 - needs Django set up

    people.create()


def add_clusters(url: str, clusters: list[dict[str, Any]]) -> None:
    """Add the simulated clusters like anybody would."""
    browser = Browser(url)
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


def fill_in_what_needs_clusters(processes: Processes) -> None:
    from contrib.demo import applications  # noqa: PLC0415 - needs Django set up

    processes.wait_for(applications.known, 60, "The clusters' machines")
    applications.create()


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.RequestException:
        return False


def announcement(url: str, beside: str) -> str:
    from contrib.demo.people import LOGINS, PASSWORD  # noqa: PLC0415 - as above

    shown = url.replace("127.0.0.1", "localhost")
    people = "".join(f"  {name:8}{what}\n" for name, what in LOGINS.items())
    return (
        f"ganetimgr is ready at {shown}/ - log in with the password {PASSWORD!r} as\n"
        f"{people}Mails can be read at {beside}/mails/. Ctrl-C ends it all."
    )


if __name__ == "__main__":
    main()
