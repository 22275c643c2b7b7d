"""Outages of beanstalkd, Redis and the mail server."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import services
from tests.system.site import Site, within_s
from tests.system.visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.lab]


def test_a_job_ends_although_beanstalkd_forgot_it(production: Site) -> None:
    assert production.beanstalkd is not None
    with production.waiting_job(hold_s=3) as pk:
        production.beanstalkd.kill()
        production.wait_for_ganeti(pk)

        production.beanstalkd.start()
        production.wait_for_end(pk)

    production.assert_ended_once(pk)


def test_a_job_ends_although_beanstalkd_and_the_watcher_died(production: Site) -> None:
    assert production.beanstalkd is not None
    with production.waiting_job(hold_s=3) as pk:
        production.beanstalkd.kill()
        production.product.kill_watcher()
        production.wait_for_ganeti(pk)

        production.beanstalkd.start()
        production.product.start_watcher()
        production.wait_for_end(pk)

    production.assert_ended_once(pk)


def test_a_job_is_taken_at_once_while_beanstalkd_is_away(production: Site) -> None:
    assert production.beanstalkd is not None
    name = production.machine()
    connection_count = production.watcher_log().count("beanstalkd answers")
    production.beanstalkd.kill()
    try:
        start = time.monotonic()
        pk = production.start(name)
        assert time.monotonic() - start < within_s()
        production.wait_for_ganeti(pk)
        production.wait_for_end(pk)
    finally:
        production.beanstalkd.start()

    production.assert_ended_once(pk)
    production.product.wait_until(
        lambda: production.watcher_log().count("beanstalkd answers") > connection_count,
        within_s(),
        "the watcher listens again",
    )


def test_a_watcher_goes_on_while_beanstalkd_hangs(production: Site) -> None:
    assert production.beanstalkd is not None
    name = production.machine()
    with Suspended(production.beanstalkd):
        pk = production.start(name)
        production.wait_for_ganeti(pk)
        production.wait_for_end(pk)

    production.assert_ended_once(pk)


def test_pages_have_their_data_while_redis_forgets_all(production: Site) -> None:
    assert production.redis is not None
    alice = Visitor(production.product.url).log_in("alice")
    wait_until_all_processes_know(production, alice)
    with production.waiting_job(hold_s=4) as pk:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            production.redis.flush()
            assert alice.sees("fault-a.example.org")
        production.wait_for_ganeti(pk)
        production.wait_for_end(pk)

    production.assert_ended_once(pk)
    production.ask("forget")
    production.product.wait_until(
        lambda: production.ask("known_states"), within_s(), "the cache is filled again"
    )


def test_pages_answer_and_jobs_end_while_redis_is_away(production: Site) -> None:
    assert production.redis is not None
    alice = Visitor(production.product.url).log_in("alice")
    with production.waiting_job(hold_s=2) as pk:
        production.redis.kill()
        try:
            production.wait_for_ganeti(pk)
            production.wait_for_end(pk)
            for path in ("/", production.page_of(pk), "/history/"):
                assert alice.sees(production.job(pk)["instance"], path), path
        finally:
            production.redis.start()

    production.assert_ended_once(pk)


def test_a_process_that_starts_while_redis_is_away_refreshes_by_itself(
    production: Site,
) -> None:
    assert production.redis is not None
    alice = Visitor(production.product.url).log_in("alice")
    production.redis.kill()
    try:
        production.product.stop_web()
        production.product.start_web()
        assert alice.get("/").status_code == 200
        wait_until_all_processes_know(production, alice)
    finally:
        production.redis.start()


def test_pages_answer_while_redis_hangs(production: Site) -> None:
    assert production.redis is not None
    alice = Visitor(production.product.url).log_in("alice")
    wait_until_all_processes_know(production, alice)

    with Suspended(production.redis):
        assert alice.sees("fault-a.example.org")


def test_refusals_are_recorded_without_a_mail_server(
    embedded: Site,
) -> None:
    name = embedded.machine()
    olga = Visitor(embedded.product.url).log_in("olga")

    answer = olga.submit("/", f"/instances/lab/{name}/startup")

    assert answer.status_code == 403
    assert "olga startup" in embedded.ask("refusals", name=name)
    embedded.ask("make_digest_due")
    embedded.product.wait_until(
        lambda: any(
            "Refused attempts" in subject for subject in embedded.ask("waiting_mails")
        ),
        within_s(10),
        "the mail that tells of it waits",
    )


def wait_until_all_processes_know(site: Site, visitor: Visitor) -> None:
    """Wait until each web process has a snapshot."""

    def all_see() -> bool:
        """Send so many requests at once that every process gets one."""
        with ThreadPoolExecutor(8) as pool:
            return all(pool.map(visitor.sees, ["fault-a.example.org"] * 16))

    site.product.wait_until(all_see, within_s(10), "each process knows the machines")


class Suspended:
    """A suspended server: it accepts connections and doesn't answer."""

    def __init__(self, service: services.Service) -> None:
        assert service.process is not None
        self.pid = service.process.pid

    def __enter__(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def __exit__(self, *_error: object) -> None:
        os.kill(self.pid, signal.SIGCONT)
