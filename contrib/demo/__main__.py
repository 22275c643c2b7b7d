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
    """Raised when the demo is to stop."""


def main() -> None:
    options = read_arguments()
    if site.is_taken(options.port):
        sys.exit(
            f"Port {options.port} is taken. Choose another one: PORT={options.port + 1}"
        )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    name = "run" if options.develop else "demo"
    demo_site = Site(site.directory(name), options.port, debug=options.develop)
    if options.fresh or not options.develop:
        demo_site.forget()
    demo_site.prepare()
    processes = Processes(demo_site.state / "log", demo_site.environment)
    try:
        if options.develop:
            development.run(demo_site, processes, watcher=options.watcher)
        else:
            run(demo_site, processes)
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


def run(demo_site: Site, processes: Processes) -> None:
    """Start everything as in production, and run until stopped."""
    clusters = demo_site.start_environment(processes)
    demo_site.make_database()
    processes.start("web", "-m", "gunicorn", "-c", "contrib/gunicorn/gunicorn.conf.py")
    processes.start("watcher", "watcher.py", "--foreground")
    demo_site.wait_for_web(processes)
    demo_site.add_clusters(clusters)
    demo_site.wait_for_watcher(processes)
    demo_site.fill_in_applications(processes)
    for line in demo_site.announcement():
        say(line)
    while True:
        processes.check()
        time.sleep(1)


if __name__ == "__main__":
    main()
