"""Clients that request a page repeatedly without a pause; a separate process.

Reads host, port, path, the cookies of the visitors and the seconds to run from
standard input; writes the latencies and failures.
"""

import http.client
import json
import sys
import threading
import time
from typing import Any

from tests.bench.browsers import Results

WARMING_S = 3


def request_repeatedly(
    visitors: dict[str, Any], cookie: str, results: Results, begins: float
) -> None:
    """Request the page until the time is up; count requests within the time."""
    ends = begins + visitors["seconds"]
    while (started := time.monotonic()) < ends:
        status, page = get(visitors, cookie)
        ended = time.monotonic()
        if status != 200 or b"</html>" not in page:
            results.failures.append(f"{status} {visitors['path']}")
        elif started >= begins and ended <= ends:
            results.latencies_s.append(ended - started)


def get(visitors: dict[str, Any], cookie: str) -> tuple[int, bytes]:
    """Request the page on a new connection, as the web server in front does."""
    connection = http.client.HTTPConnection(visitors["host"], visitors["port"])
    headers = {"Cookie": f"sessionid={cookie}", "Connection": "close"}
    connection.request("GET", visitors["path"], headers=headers)
    response = connection.getresponse()
    return response.status, response.read()


def run(visitors: dict[str, Any]) -> Results:
    results = Results()
    begins = time.monotonic() + WARMING_S
    clients = [
        threading.Thread(
            target=request_repeatedly, args=(visitors, cookie, results, begins)
        )
        for cookie in visitors["cookies"]
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return results


def main() -> None:
    results = run(json.load(sys.stdin))
    json.dump(
        {"latencies_s": results.latencies_s, "failures": results.failures}, sys.stdout
    )


if __name__ == "__main__":
    main()
