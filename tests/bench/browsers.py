"""Simulated browsers that poll as their pages tell them to; a separate process.

Reads host and port of the site, the cookies of its visitors and the seconds to run
from standard input, and writes the results. Knows neither Django nor the pages, only
htmx's attributes ``hx-get`` and ``hx-trigger``.
"""

import http.client
import json
import random
import re
import sys
import threading
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

WARMING_S = 3
EVERY = re.compile(r"\bevery (\d+(?:\.\d+)?)(ms|s)\b")


@dataclass(frozen=True, slots=True)
class Poll:
    """An address polled by a page."""

    path: str
    every_s: float


class PollParser(HTMLParser):
    """Collects the polls of a page."""

    def __init__(self, page: str, path: str) -> None:
        super().__init__()
        self._path = path
        self.polls: list[Poll] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        every = EVERY.search(attributes.get("hx-trigger") or "")
        address = attributes.get("hx-get")
        if every and address:
            unit = 0.001 if every.group(2) == "ms" else 1
            path = urljoin(self._path, address)
            self.polls.append(Poll(path, float(every.group(1)) * unit))


@dataclass(frozen=True, slots=True)
class Site:
    """The site under test; one connection per request, as through a proxy."""

    host: str
    port: int

    def get(self, path: str, cookie: str, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        cookies = {"Cookie": f"sessionid={cookie}"}
        try:
            connection.request("GET", path, headers={**cookies, **headers})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


@dataclass
class Results:
    """Results of all browsers together, after warming up."""

    polls: list[Poll] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Browser(threading.Thread):
    """Opens a page and polls its addresses; a slow answer delays the next poll."""

    def __init__(self, site: Site, cookie: str, results: Results) -> None:
        super().__init__(daemon=True)
        self._site, self._cookie, self._results = site, cookie, results
        self.counting, self.stopping = threading.Event(), threading.Event()

    def open(self, path: str) -> None:
        status, page = self._site.get(path, self._cookie)
        self._polls = PollParser(page, path).polls if status == 200 else []
        self._results.polls += self._polls
        if not self._polls:
            self._results.failures.append(f"{status} {path}, and nothing to poll")

    def run(self) -> None:
        now = time.monotonic()
        due = [(now + random.random() * poll.every_s, poll) for poll in self._polls]  # noqa: S311 - no secret
        while due and not self.stopping.is_set():
            due_at, poll = min(due, key=lambda entry: entry[0])
            due.remove((due_at, poll))
            if not self.stopping.wait(max(0, due_at - time.monotonic())):
                self._poll(poll)
            due.append((max(due_at + poll.every_s, time.monotonic()), poll))

    def _poll(self, poll: Poll) -> None:
        started = time.perf_counter()
        status: int | str
        try:
            status, _ = self._site.get(
                poll.path, self._cookie, **{"HX-Request": "true"}
            )
        except OSError as exc:
            status = str(exc)
        elapsed_s = time.perf_counter() - started
        if self.counting.is_set():
            self._results.latencies_s.append(elapsed_s)
        if status not in {200, 204}:  # 204: nothing has changed
            self._results.failures.append(f"{status} {poll.path}")


def run(options: dict[str, Any]) -> Results:
    """Start the browsers one by one, then record their polls for some seconds."""
    site, results = Site(options["host"], options["port"]), Results()
    browsers = [Browser(site, cookie, results) for cookie in options["cookies"]]
    for browser in browsers:
        browser.open(options["path"])
        browser.start()
    time.sleep(WARMING_S)
    for browser in browsers:
        browser.counting.set()
    time.sleep(options["seconds"])
    for browser in browsers:
        browser.counting.clear()
        browser.stopping.set()
    return results


def main() -> None:
    results = run(json.load(sys.stdin))
    summary = {
        "needed_per_s": sum(1 / poll.every_s for poll in results.polls),
        "latencies_s": results.latencies_s,
        "failures": results.failures,
    }
    json.dump(summary, sys.stdout)


if __name__ == "__main__":
    main()
