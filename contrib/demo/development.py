"""The site for development, which reloads changed source files."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from contrib.demo.processes import ROOT, Processes
from contrib.demo.site import Site, say

WATCHER = ("watcher.py", "--foreground", "--debug")
SOURCES = ("apps", "ganetimgr", "watcher.py")


def run(site: Site, processes: Processes, *, watcher: bool) -> None:
    """Start everything with the existing data, and run until stopped.

    Django's runserver has the terminal, so that its log and a debugger are there.
    Without ``watcher``, it runs until all is filled in; then its command is printed.
    """
    is_new = site.is_new
    clusters = site.start_environment(processes)
    site.make_database()
    if not is_new:
        site.follow_clusters(clusters)
    address = f"127.0.0.1:{site.port}"
    processes.start("web", "manage.py", "runserver", address, in_terminal=True)
    processes.start("watcher", *WATCHER)
    site.wait_for_web(processes)
    if is_new:
        site.add_clusters(clusters)
        site.fill_in_applications(processes)
    for line in site.announcement():
        say(line)
    if not watcher:
        processes.end("watcher")
        for line in by_hand(site):
            say(line)
    stay(processes, watcher=watcher)


def stay(processes: Processes, *, watcher: bool) -> None:
    """Restart the watcher when a source file changes, as runserver does itself."""
    changed_at = newest()
    while True:
        processes.check()
        time.sleep(1)
        if watcher and (latest := newest()) != changed_at:
            changed_at = latest
            processes.end("watcher")
            processes.start("watcher", *WATCHER)


def newest() -> float:
    """Return when a source file was last changed."""
    return max(path.stat().st_mtime for path in sources())


def sources() -> Iterator[Path]:
    for name in SOURCES:
        path = ROOT / name
        yield from path.rglob("*.py") if path.is_dir() else [path]


def by_hand(site: Site) -> Iterator[str]:
    """Yield the watcher's command, for another terminal."""
    names = ("GANETIMGR_SETTINGS", "GANETIMGR_STATE")
    settings = " ".join(f"{name}={site.environment[name]}" for name in names)
    yield "The watcher is yours to start:"
    yield f"  {settings} {sys.executable} {' '.join(WATCHER)}"
