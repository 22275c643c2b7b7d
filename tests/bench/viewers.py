"""Simulated browsers that look at the list of jobs; a separate process.

Reads host and port of the site, the path of the list and the cookies of its visitors
from the first line of standard input, and looks until the second; then writes when each
visitor first saw each job, and first saw it finished. Polls as live.js does.
"""

import html
import http.client
import json
import re
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

EVERY_S = 0.4  # as in live.js
LIVE = re.compile(r'data-live\s+hx-get="([^"]*)"')
ROWS = re.compile(r'<a href="[^"]*" id="job-[^"]*?-(\d+)">.*?dot-(\w+)', re.DOTALL)
UNFINISHED = {"busy", "off"}


@dataclass
class Viewer(threading.Thread):
    """Looks at the list until it is stopped."""

    host: str
    port: int
    path: str
    cookie: str
    seen: dict[str, dict[str, float]] = field(default_factory=dict)
    latencies_s: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.stopping = threading.Event()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        address = self._look(self.path)
        while not self.stopping.wait(EVERY_S):
            address = self._look(address) or address

    def _look(self, url: str) -> str:
        """Request the list; return what to poll next, empty if nothing is new."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        headers = {"Cookie": f"sessionid={self.cookie}", "HX-Request": "true"}
        started = time.time()
        try:
            connection.request("GET", url, headers=headers)
            response = connection.getresponse()
            page = response.read().decode()
        finally:
            connection.close()
        now = time.time()
        self.latencies_s.append(now - started)
        if response.status == 204:
            return ""
        if response.status != 200:
            self.failures.append(f"{response.status} {url}")
            return ""
        for job_id, dot in ROWS.findall(page):
            moments = self.seen.setdefault(job_id, {"seen": now})
            if dot not in UNFINISHED:
                moments.setdefault("finished", now)
        [address] = LIVE.findall(page)
        return html.unescape(str(address))


def main() -> None:
    options: dict[str, Any] = json.loads(sys.stdin.readline())
    site = (options["host"], options["port"], options["path"])
    viewers = [Viewer(*site, cookie) for cookie in options["cookies"]]
    for viewer in viewers:
        viewer.start()
        time.sleep(EVERY_S / len(viewers))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for viewer in viewers:
        viewer.stopping.set()
    summary = {
        "seen": [viewer.seen for viewer in viewers],
        "latencies_s": [t for viewer in viewers for t in viewer.latencies_s],
        "failures": [failure for viewer in viewers for failure in viewer.failures],
    }
    json.dump(summary, sys.stdout)


if __name__ == "__main__":
    main()
