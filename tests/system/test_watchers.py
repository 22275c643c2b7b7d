"""Watchers that die, come in pairs, or are given what makes no sense."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import greenstalk
import pytest

from tests.system.site import Site, within_s

pytestmark = [pytest.mark.system, pytest.mark.lab]


def test_a_job_outlives_the_watcher_that_followed_it(each: Site) -> None:
    with each.waiting_job(hold_s=3) as pk:
        each.product.kill_watcher()
        each.await_ganeti(pk)

        each.product.start_watcher()
        each.ends(pk)

    each.ended_once(pk)


def test_another_watcher_goes_on_where_one_was_killed(each: Site) -> None:
    each.start_second_watcher()

    with each.waiting_job(hold_s=6) as pk:
        each.product.kill_watcher(each.watcher_of(pk))
        each.await_ganeti(pk)

        each.ends(pk)

    each.ended_once(pk)


def test_two_watchers_handle_each_job_once_and_ask_no_more_than_they_may(
    each: Site,
) -> None:
    each.start_second_watcher()
    names = [each.machine() for _ in range(3)]
    since = time.monotonic()

    jobs = [each.start(name) for name in names]
    for pk in jobs:
        each.ends(pk, 30)

    took_s = time.monotonic() - since
    for pk in jobs:
        each.ended_once(pk)
    assert len(each.relay.matching("PUT .*/startup", since)) == len(names)
    # Each watcher looks twice a second, and once more at a wake-up.
    most = 2 * 2 * took_s + 2 * len(names)
    assert len(each.relay.matching("PUT /2/query/job", since)) <= most


def test_messages_that_make_no_sense_are_buried_and_logged(production: Site) -> None:
    assert production.beanstalkd is not None
    messages = [
        b"",
        b"not JSON",
        b"\xff\xfe",
        b"[1]",
        b'{"job": true}',
        b'{"job": "1"}',
    ]
    with greenstalk.Client(
        ("127.0.0.1", production.beanstalkd.port), encoding=None, use="ganetimgr"
    ) as client:
        for message in messages:
            client.put(message)
        client.put(json.dumps({"job": 10**9}).encode())

        def tube(state: str) -> int:
            stats: Mapping[str, Any] = client.stats_tube("ganetimgr")
            return int(stats[f"current-jobs-{state}"])

        production.product.wait_until(
            lambda: tube("buried") == len(messages), within_s(10), "all are buried"
        )
        production.product.wait_until(
            lambda: not tube("ready") and not tube("reserved"),
            within_s(10),
            "none is left",
        )
        production.ends(production.start(production.machine()), 20)
        for _ in messages:
            client.delete(client.peek_buried())

    assert "none of ours is buried: b'not JSON'" in production.watcher_log()


def test_a_handler_that_fails_holds_up_nobody_else(embedded: Site) -> None:
    broken, fine = embedded.machine(), embedded.machine()
    switch = Path(embedded.product.environment["GANETIMGR_STATE"]) / "broken"
    switch.write_text(broken)
    try:
        stuck = embedded.start(broken)
        embedded.product.wait_until(
            lambda: not embedded.job(stuck)["unfinished"],
            within_s(20),
            "the end of the job",
        )
        pk = embedded.start(fine)
        embedded.ends(pk, 20)
        assert not embedded.job(stuck)["handled"]
        assert embedded.job(stuck)["counted"] == 0
        beat = embedded.ask("last_beat")
        embedded.product.wait_until(
            lambda: embedded.ask("last_beat") > beat,
            within_s(10),
            "the watcher's next beat",
        )
    finally:
        switch.unlink()

    embedded.ask("try_again_now", pk=stuck)
    embedded.ends(stuck)
    embedded.ended_once(stuck)
    embedded.ended_once(pk)
