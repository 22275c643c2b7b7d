"""Browsers that poll what their pages tell them to; a process of its own.

Reads from standard input where the site is, the cookies of its visitors and for how
long; writes what they met with. Knows nothing of Django, nor of the pages but what
htmx knows: ``hx-get`` and ``hx-trigger``.
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
    """An address that a page asks again and again."""

    path: str
    every_s: float


class Polls(HTMLParser):
    """Finds what a page polls."""

    def __init__(self, page: str, path: str) -> None:
        super().__init__()
        self._path = path
        self.found: list[Poll] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        every = EVERY.search(given.get("hx-trigger") or "")
        address = given.get("hx-get")
        if every and address:
            unit = 0.001 if every.group(2) == "ms" else 1
            path = urljoin(self._path, address)
            self.found.append(Poll(path, float(every.group(1)) * unit))


@dataclass(frozen=True, slots=True)
class Site:
    """Where the browsers go; one connection per request, as through a proxy."""

    host: str
    port: int

    def get(self, path: str, cookie: str, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        cookies = {"Cookie": f"sessionid={cookie}"}
        try:
            connection.request("GET", path, headers={**cookies, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@dataclass
class Met:
    """What all browsers together met with, once all were there."""

    polls: list[Poll] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Browser(threading.Thread):
    """Opens a page and polls what it says; a slow answer makes the next one late."""

    def __init__(self, site: Site, cookie: str, met: Met) -> None:
        super().__init__(daemon=True)
        self._site, self._cookie, self._met = site, cookie, met
        self.counting, self.leaving = threading.Event(), threading.Event()

    def open(self, path: str) -> None:
        status, page = self._site.get(path, self._cookie)
        self._polls = Polls(page, path).found if status == 200 else []
        self._met.polls += self._polls
        if not self._polls:
            self._met.failures.append(f"{status} {path}, and nothing to poll")

    def run(self) -> None:
        now = time.monotonic()
        due = [(now + random.random() * poll.every_s, poll) for poll in self._polls]  # noqa: S311 - no secret
        while due and not self.leaving.is_set():
            at, poll = min(due, key=lambda each: each[0])
            due.remove((at, poll))
            if not self.leaving.wait(max(0, at - time.monotonic())):
                self._ask(poll)
            due.append((max(at + poll.every_s, time.monotonic()), poll))

    def _ask(self, poll: Poll) -> None:
        began = time.perf_counter()
        status: int | str
        try:
            status, _ = self._site.get(
                poll.path, self._cookie, **{"HX-Request": "true"}
            )
        except OSError as exc:
            status = str(exc)
        took_s = time.perf_counter() - began
        if self.counting.is_set():
            self._met.latencies_s.append(took_s)
        if status not in {200, 204}:  # 204: nothing has changed
            self._met.failures.append(f"{status} {poll.path}")


def run(wanted: dict[str, Any]) -> Met:
    """Let the browsers come one by one, and count for some seconds what they get."""
    site, met = Site(wanted["host"], wanted["port"]), Met()
    browsers = [Browser(site, cookie, met) for cookie in wanted["cookies"]]
    for browser in browsers:
        browser.open(wanted["path"])
        browser.start()
    time.sleep(WARMING_S)
    for browser in browsers:
        browser.counting.set()
    time.sleep(wanted["seconds"])
    for browser in browsers:
        browser.counting.clear()
        browser.leaving.set()
    return met


def main() -> None:
    met = run(json.load(sys.stdin))
    answer = {
        "needed_per_s": sum(1 / poll.every_s for poll in met.polls),
        "latencies_s": met.latencies_s,
        "failures": met.failures,
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
