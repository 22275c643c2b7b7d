"""A cluster that refuses connections, hangs, or loses a call.

Since both sites behave the same, most of these tests use the one with all servers.
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

    with production.relay.failing(SUBMISSION, Fault.ANSWER_LOST):
        pk = production.start(name)
    production.product.wait_until(
        lambda: production.job(pk)["ganeti_id"], within_s(), "it is found"
    )
    production.wait_for_ganeti(pk)
    production.wait_for_end(pk)

    production.assert_ended_once(pk)
    assert len(production.relay.matching(SUBMISSION, since)) == 1
    assert production.lab.instance(name)["status"] == "running"


def test_a_job_whose_request_was_lost_was_never_submitted(production: Site) -> None:
    name, since = production.machine(), time.monotonic()

    with production.relay.failing(SUBMISSION, Fault.REQUEST_LOST):
        pk = production.start(name)
    production.wait_for_end(pk)

    production.assert_ended_once(pk, "not_submitted")
    assert len(production.relay.matching(SUBMISSION, since)) == 1
    assert production.lab.instance(name)["status"] == "ADMIN_down"


def test_a_job_is_found_when_the_cluster_that_took_it_answers_again(
    production: Site,
) -> None:
    name = production.machine()

    with production.relay.failing(SUBMISSION, Fault.ANSWER_HELD):
        pk = production.start(name)
    assert production.job(pk)["status"] == "in_doubt"
    assert production.ask("submit", kind="startup", name=name)["error"] == "NotNow"

    production.relay.resume()
    production.wait_for_end(pk)

    production.assert_ended_once(pk)


def test_a_job_outlives_the_process_that_submitted_it(production: Site) -> None:
    name = production.machine()
    previous_pk = production.ask("latest_job_pk", name=name)

    with Inside(production.product.environment) as second_process:
        with production.relay.failing(SUBMISSION, Fault.ANSWER_HELD):
            second_process.send("submit", kind="startup", name=name)
            production.product.wait_until(
                lambda: not production.relay.passes, within_s(10), "it is sent"
            )
        second_process.kill()
    pk = production.ask("latest_job_pk", name=name)
    assert pk != previous_pk

    production.relay.resume()
    production.wait_for_end(pk)

    production.assert_ended_once(pk)


def test_a_job_ends_after_its_cluster_refused_for_a_while(production: Site) -> None:
    with production.waiting_job(hold_s=2) as pk:
        production.relay.refuse()
        try:
            production.wait_for_ganeti(pk)
            production.product.wait_until(
                lambda: production.ask("refresh_state")["failures"],
                within_s(20),
                "it is seen",
            )
        finally:
            production.relay.listen()
        production.wait_for_end(pk)

    production.assert_ended_once(pk)


def test_a_job_ends_after_its_cluster_hung_for_a_while(production: Site) -> None:
    with production.waiting_job(hold_s=2) as pk:
        production.relay.hang()
        production.wait_for_ganeti(pk)
        production.product.wait_until(
            lambda: production.ask("refresh_state")["failures"],
            within_s(20),
            "it is seen",
        )
        production.relay.resume()
        production.wait_for_end(pk)

    production.assert_ended_once(pk)


def test_nothing_is_in_doubt_where_a_cluster_refuses(embedded: Site) -> None:
    name = embedded.machine()

    embedded.relay.refuse()
    try:
        result = embedded.ask("submit", kind="startup", name=name)
    finally:
        embedded.relay.listen()
    embedded.wait_for_end(result["pk"])

    assert result["error"] == "RapiUnreachable"
    embedded.assert_ended_once(result["pk"], "not_submitted")


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

        # Less than a single call that waits for the cluster.
        assert seconds(alice, pages) < normal_s + 1.5
        assert alice.sees("stopped responding")
    finally:
        production.relay.resume()
    # Calls of the watcher: an occasional probe of the cluster.
    assert len(production.relay.matching(".", since)) < 30
    production.product.wait_until(
        lambda: not production.ask("refresh_state")["failures"],
        within_s(20),
        "it is well again",
    )


def seconds(visitor: Visitor, pages: list[str]) -> float:
    start = time.monotonic()
    for path in pages:
        assert visitor.get(path).status_code == 200, path
    return time.monotonic() - start
