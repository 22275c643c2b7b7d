"""beanstalkd, Redis and the mail server, each away for a while."""

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
        production.await_ganeti(pk)

        production.beanstalkd.start()
        production.ends(pk)

    production.ended_once(pk)


def test_a_job_ends_although_beanstalkd_and_the_watcher_died(production: Site) -> None:
    assert production.beanstalkd is not None
    with production.waiting_job(hold_s=3) as pk:
        production.beanstalkd.kill()
        production.product.kill_watcher()
        production.await_ganeti(pk)

        production.beanstalkd.start()
        production.product.start_watcher()
        production.ends(pk)

    production.ended_once(pk)


def test_a_job_is_taken_at_once_while_beanstalkd_is_away(production: Site) -> None:
    assert production.beanstalkd is not None
    name = production.machine()
    listening = production.watcher_log().count("beanstalkd answers")
    production.beanstalkd.kill()
    try:
        began = time.monotonic()
        pk = production.start(name)
        assert time.monotonic() - began < within_s()
        production.await_ganeti(pk)
        production.ends(pk)
    finally:
        production.beanstalkd.start()

    production.ended_once(pk)
    production.product.wait_until(
        lambda: production.watcher_log().count("beanstalkd answers") > listening,
        within_s(),
        "the watcher listens again",
    )


def test_a_watcher_goes_on_while_beanstalkd_hangs(production: Site) -> None:
    assert production.beanstalkd is not None
    name = production.machine()
    with stopped(production.beanstalkd):
        pk = production.start(name)
        production.await_ganeti(pk)
        production.ends(pk)

    production.ended_once(pk)


def test_pages_have_their_data_while_redis_forgets_all(production: Site) -> None:
    assert production.redis is not None
    alice = Visitor(production.product.url).log_in("alice")
    everybody_knows(production, alice)
    with production.waiting_job(hold_s=4) as pk:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            production.redis.flush()
            assert alice.sees("fault-a.example.org")
        production.await_ganeti(pk)
        production.ends(pk)

    production.ended_once(pk)
    production.ask("forget")
    production.product.wait_until(
        lambda: production.ask("known"), within_s(), "the cache is filled again"
    )


def test_pages_answer_and_jobs_end_while_redis_is_away(production: Site) -> None:
    assert production.redis is not None
    alice = Visitor(production.product.url).log_in("alice")
    with production.waiting_job(hold_s=2) as pk:
        production.redis.kill()
        try:
            production.await_ganeti(pk)
            production.ends(pk)
            for path in ("/", production.page_of(pk), "/history/"):
                assert alice.sees(production.job(pk)["instance"], path), path
        finally:
            production.redis.start()

    production.ended_once(pk)


def test_a_process_that_starts_while_redis_is_away_asks_for_itself(
    production: Site,
) -> None:
    assert production.redis is not None
    alice = Visitor(production.product.url).log_in("alice")
    production.redis.kill()
    try:
        production.product.stop_web()
        production.product.start_web()
        assert alice.get("/").status_code == 200
        everybody_knows(production, alice)
    finally:
        production.redis.start()


def test_pages_answer_while_redis_hangs(production: Site) -> None:
    assert production.redis is not None
    alice = Visitor(production.product.url).log_in("alice")
    everybody_knows(production, alice)

    with stopped(production.redis):
        assert alice.sees("fault-a.example.org")


def test_what_is_refused_is_refused_and_recorded_without_a_mail_server(
    embedded: Site,
) -> None:
    name = embedded.machine()
    olga = Visitor(embedded.product.url).log_in("olga")

    answer = olga.submit("/", f"/instances/lab/{name}/startup")

    assert answer.status_code == 403
    assert "olga startup" in embedded.ask("refusals", name=name)
    embedded.ask("let_a_digest_be_due")
    embedded.product.wait_until(
        lambda: any(
            "Refused attempts" in subject for subject in embedded.ask("waiting_mails")
        ),
        within_s(10),
        "the mail that tells of it waits",
    )


def everybody_knows(site: Site, visitor: Visitor) -> None:
    """Wait until each of the web processes knows the machines."""

    def all_see() -> bool:
        """Ask so many at once that no process is left out."""
        with ThreadPoolExecutor(8) as pool:
            return all(pool.map(visitor.sees, ["fault-a.example.org"] * 16))

    site.product.wait_until(all_see, within_s(10), "each process knows the machines")


class stopped:  # noqa: N801 - reads as a phrase
    """A server that hangs for a while: it takes connections and says nothing."""

    def __init__(self, service: services.Service) -> None:
        assert service.process is not None
        self.pid = service.process.pid

    def __enter__(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def __exit__(self, *_error: object) -> None:
        os.kill(self.pid, signal.SIGCONT)
