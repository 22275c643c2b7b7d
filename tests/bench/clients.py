"""Clients that ask for a page again as soon as they have it; a process of its own.

Reads from standard input where the site is, the path, the cookies of its visitors and
for how long; writes how long each answer took, and what failed.
"""

import json
import sys
import threading
import time
from typing import Any

from tests.bench.browsers import Met, Site

WARMING_S = 3


def ask(
    site: Site, path: str, cookie: str, met: Met, counted: tuple[float, float]
) -> None:
    """Ask until the time is up; what begins and ends within it counts."""
    begins, ends = counted
    while (began := time.monotonic()) < ends:
        status, page = site.get(path, cookie)
        ended = time.monotonic()
        if status != 200 or "</html>" not in page:
            met.failures.append(f"{status} {path}")
        elif began >= begins and ended <= ends:
            met.latencies_s.append(ended - began)


def run(visitors: dict[str, Any]) -> Met:
    site, met = Site(visitors["host"], visitors["port"]), Met()
    begins = time.monotonic() + WARMING_S
    counted = begins, begins + visitors["seconds"]
    clients = [
        threading.Thread(
            target=ask, args=(site, visitors["path"], cookie, met, counted)
        )
        for cookie in visitors["cookies"]
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return met


def main() -> None:
    met = run(json.load(sys.stdin))
    json.dump({"latencies_s": met.latencies_s, "failures": met.failures}, sys.stdout)


if __name__ == "__main__":
    main()
