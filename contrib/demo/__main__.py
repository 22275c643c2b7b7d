"""Run the whole product on simulated clusters until Ctrl-C."""

import argparse
import signal
import sys
import time
from types import FrameType

import requests

from contrib.demo import development, site
from contrib.demo.processes import Died, Processes
from contrib.demo.site import Site, say


class Stopped(Exception):
    """Somebody asked for the end."""


def main() -> None:
    options = read_arguments()
    if site.is_taken(options.port):
        sys.exit(
            f"Port {options.port} is taken. Choose another one: PORT={options.port + 1}"
        )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    name = "run" if options.develop else "demo"
    here = Site(site.directory(name), options.port, debug=options.develop)
    if options.fresh or not options.develop:
        here.forget()
    here.prepare()
    processes = Processes(here.state / "log", here.environment)
    try:
        if options.develop:
            development.run(here, processes, watcher=options.watcher)
        else:
            run(here, processes)
    except Stopped:
        say("Ending.")
    except (Died, RuntimeError, requests.RequestException) as exc:
        sys.exit(f"It does not start: {exc}")
    finally:
        processes.stop()


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=8000)
    add("--develop", action="store_true", help="runserver, DEBUG, reload, data kept")
    add("--fresh", action="store_true", help="forget what was kept")
    add("--no-watcher", dest="watcher", action="store_false", help="started by hand")
    return parser.parse_args()


def stop(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def run(here: Site, processes: Processes) -> None:
    """Bring everything up as in production, and stay until asked for the end."""
    clusters = here.start_surroundings(processes)
    here.make_database()
    processes.start("web", "-m", "gunicorn", "-c", "contrib/gunicorn/gunicorn.conf.py")
    processes.start("watcher", "watcher.py", "--foreground")
    here.wait_for_web(processes)
    here.add_clusters(clusters)
    here.wait_for_watcher(processes)
    here.fill_in_applications(processes)
    for line in here.announcement():
        say(line)
    while True:
        processes.check()
        time.sleep(1)


if __name__ == "__main__":
    main()
