"""A cluster that refuses, hangs, or loses a call on its way.

That is the same for each site: these tests need one, with all of its servers.
"""

import time

import pytest

from tests.system.inside import Inside
from tests.system.relay import Fault
from tests.system.site import Site, within_s
from tests.system.visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.lab]

SUBMISSION = "PUT /2/instances/.*/startup"


def test_a_job_whose_answer_was_lost_is_found_by_its_key(production: Site) -> None:
    name, since = production.machine(), time.monotonic()

    with production.relay.losing(SUBMISSION, Fault.ANSWER_LOST):
        pk = production.start(name)
    production.product.wait_until(
        lambda: production.job(pk)["ganeti_id"], within_s(), "it is found"
    )
    production.await_ganeti(pk)
    production.ends(pk)

    production.ended_once(pk)
    assert len(production.relay.matching(SUBMISSION, since)) == 1
    assert production.lab.instance(name)["status"] == "running"


def test_a_job_whose_request_was_lost_was_never_submitted(production: Site) -> None:
    name, since = production.machine(), time.monotonic()

    with production.relay.losing(SUBMISSION, Fault.REQUEST_LOST):
        pk = production.start(name)
    production.ends(pk)

    production.ended_once(pk, "not_submitted")
    assert len(production.relay.matching(SUBMISSION, since)) == 1
    assert production.lab.instance(name)["status"] == "ADMIN_down"


def test_a_job_is_found_when_the_cluster_that_took_it_answers_again(
    production: Site,
) -> None:
    name = production.machine()

    with production.relay.losing(SUBMISSION, Fault.ANSWER_HELD):
        pk = production.start(name)
    assert production.job(pk)["status"] == "in_doubt"
    assert production.ask("submit", kind="startup", name=name)["error"] == "NotNow"

    production.relay.resume()
    production.ends(pk)

    production.ended_once(pk)


def test_a_job_outlives_the_process_that_submitted_it(production: Site) -> None:
    name = production.machine()
    before = production.ask("newest", name=name)

    with Inside(production.product.environment) as other:
        with production.relay.losing(SUBMISSION, Fault.ANSWER_HELD):
            other.tell("submit", kind="startup", name=name)
            production.product.wait_until(
                lambda: not production.relay.passes, within_s(10), "it is sent"
            )
        other.kill()
    pk = production.ask("newest", name=name)
    assert pk != before

    production.relay.resume()
    production.ends(pk)

    production.ended_once(pk)


def test_a_job_ends_after_its_cluster_refused_for_a_while(production: Site) -> None:
    with production.waiting_job(hold_s=2) as pk:
        production.relay.refuse()
        try:
            production.await_ganeti(pk)
            production.product.wait_until(
                lambda: production.ask("refresh_state")["failures"],
                within_s(20),
                "it is seen",
            )
        finally:
            production.relay.listen()
        production.ends(pk)

    production.ended_once(pk)


def test_a_job_ends_after_its_cluster_hung_for_a_while(production: Site) -> None:
    with production.waiting_job(hold_s=2) as pk:
        production.relay.hang()
        production.await_ganeti(pk)
        production.product.wait_until(
            lambda: production.ask("refresh_state")["failures"],
            within_s(20),
            "it is seen",
        )
        production.relay.resume()
        production.ends(pk)

    production.ended_once(pk)


def test_nothing_is_in_doubt_where_a_cluster_refuses(embedded: Site) -> None:
    name = embedded.machine()

    embedded.relay.refuse()
    try:
        asked = embedded.ask("submit", kind="startup", name=name)
    finally:
        embedded.relay.listen()
    embedded.ends(asked["pk"])

    assert asked["error"] == "RapiUnreachable"
    embedded.ended_once(asked["pk"], "not_submitted")


def test_a_cluster_that_hangs_slows_no_page(production: Site) -> None:
    alice = Visitor(production.product.url).log_in("alice")
    name = production.machine()
    pages = ["/", f"/instances/lab/{name}/", "/history/", "/accounts/login/"]
    normal_s = seconds(alice, pages)
    production.relay.hang()
    try:
        production.product.wait_until(
            lambda: production.ask("refresh_state")["failures"],
            within_s(20),
            "it is seen",
        )
        since = time.monotonic()

        # Less than any call that waits for the cluster, three pages in a row.
        assert seconds(alice, pages) < normal_s + 1.5
        assert alice.sees("stopped responding")
    finally:
        production.relay.resume()
    # The watcher's own: a probe of the cluster now and then.
    assert len(production.relay.matching(".", since)) < 30
    production.product.wait_until(
        lambda: not production.ask("refresh_state")["failures"],
        within_s(20),
        "it is well again",
    )


def seconds(visitor: Visitor, pages: list[str]) -> float:
    began = time.monotonic()
    for path in pages:
        assert visitor.get(path).status_code == 200, path
    return time.monotonic() - began
