"""Clients that ask for a page again as soon as they have it; a process of its own.

Reads from standard input where the site is, the path, the cookies of its visitors and
for how long; writes how long each answer took, and what failed.
"""

import http.client
import json
import sys
import threading
import time
from typing import Any

from tests.bench.browsers import Met

WARMING_S = 3


def ask(visitors: dict[str, Any], cookie: str, met: Met, begins: float) -> None:
    """Ask until the time is up; what begins and ends within it counts."""
    ends = begins + visitors["seconds"]
    while (began := time.monotonic()) < ends:
        status, page = get(visitors, cookie)
        ended = time.monotonic()
        if status != 200 or b"</html>" not in page:
            met.failures.append(f"{status} {visitors['path']}")
        elif began >= begins and ended <= ends:
            met.latencies_s.append(ended - began)


def get(visitors: dict[str, Any], cookie: str) -> tuple[int, bytes]:
    """Ask by a connection of its own, as the web server in front does."""
    connection = http.client.HTTPConnection(visitors["host"], visitors["port"])
    headers = {"Cookie": f"sessionid={cookie}", "Connection": "close"}
    connection.request("GET", visitors["path"], headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def run(visitors: dict[str, Any]) -> Met:
    met = Met()
    begins = time.monotonic() + WARMING_S
    clients = [
        threading.Thread(target=ask, args=(visitors, cookie, met, begins))
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
