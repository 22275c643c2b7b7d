"""Watchers that are killed, run in pairs, or get invalid messages."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import greenstalk
import pytest

from tests.system.site import Site, within_s

pytestmark = [pytest.mark.system, pytest.mark.lab]


def test_a_job_outlives_the_watcher_that_followed_it(any_site: Site) -> None:
    with any_site.waiting_job(hold_s=3) as pk:
        any_site.product.kill_watcher()
        any_site.wait_for_ganeti(pk)

        any_site.product.start_watcher()
        any_site.wait_for_end(pk)

    any_site.assert_ended_once(pk)


def test_another_watcher_goes_on_where_one_was_killed(any_site: Site) -> None:
    any_site.start_second_watcher()

    with any_site.waiting_job(hold_s=6) as pk:
        any_site.product.kill_watcher(any_site.watcher_of(pk))
        any_site.wait_for_ganeti(pk)

        any_site.wait_for_end(pk)

    any_site.assert_ended_once(pk)


def test_two_watchers_handle_each_job_once_and_poll_within_limits(
    any_site: Site,
) -> None:
    any_site.start_second_watcher()
    names = [any_site.machine() for _ in range(3)]
    since = time.monotonic()

    jobs = [any_site.start(name) for name in names]
    for pk in jobs:
        any_site.wait_for_end(pk, 30)

    took_s = time.monotonic() - since
    for pk in jobs:
        any_site.assert_ended_once(pk)
    assert len(any_site.relay.matching("PUT .*/startup", since)) == len(names)
    # Each watcher polls twice a second, and once more at a wake-up.
    limit = 2 * 2 * took_s + 2 * len(names)
    assert len(any_site.relay.matching("PUT /2/query/job", since)) <= limit


def test_invalid_messages_are_buried_and_logged(production: Site) -> None:
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
        production.wait_for_end(production.start(production.machine()), 20)
        for _ in messages:
            client.delete(client.peek_buried())

    assert "none of ours is buried: b'not JSON'" in production.watcher_log()


def test_a_failing_handler_does_not_delay_other_jobs(embedded: Site) -> None:
    broken, fine = embedded.machine(), embedded.machine()
    switch = Path(embedded.product.environment["GANETIMGR_STATE"]) / "broken"
    switch.write_text(broken)
    try:
        failing_pk = embedded.start(broken)
        embedded.product.wait_until(
            lambda: not embedded.job(failing_pk)["unfinished"],
            within_s(20),
            "the end of the job",
        )
        pk = embedded.start(fine)
        embedded.wait_for_end(pk, 20)
        assert not embedded.job(failing_pk)["handled"]
        assert embedded.job(failing_pk)["counted"] == 0
        beat = embedded.ask("last_beat")
        embedded.product.wait_until(
            lambda: embedded.ask("last_beat") > beat,
            within_s(10),
            "the watcher's next beat",
        )
    finally:
        switch.unlink()

    embedded.ask("retry_now", pk=failing_pk)
    embedded.wait_for_end(failing_pk)
    embedded.assert_ended_once(failing_pk)
    embedded.assert_ended_once(pk)
