"""Logging in and operating a machine, on both sites."""

import pytest

from tests.system.site import Site, within_s
from tests.system.visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.lab]


def test_alice_starts_reboots_and_stops_her_machine(any_site: Site) -> None:
    name = any_site.machine()
    page = f"/instances/lab/{name}/"
    alice = Visitor(any_site.product.url).log_in("alice")
    any_site.product.wait_until(
        lambda: alice.sees(name), within_s(10), "the list has it"
    )

    for action, state in (
        ("startup", "running"),
        ("reboot", "running"),
        ("shutdown", "ADMIN_down"),
    ):
        answer = alice.submit(page, page + action)
        busy = 'aria-busy="true"' in answer.text
        assert (answer.status_code, busy) == (200, True), action
        any_site.product.wait_until(
            lambda: not alice.sees("aria-busy", f"{page}poll?as=page"),
            20,
            f"the end of {action}",
        )
        assert any_site.lab.instance(name)["status"] == state
        job = any_site.job(any_site.ask("latest_job_pk", name=name))
        assert (job["status"], job["recorded"]) == ("success", action)
    assert any_site.ask("known_states")[name] == "stopped"


def test_forms_without_their_token_are_refused(embedded: Site) -> None:
    name = embedded.machine()
    alice = Visitor(embedded.product.url).log_in("alice")

    answer = alice.session.post(
        f"{embedded.product.url}/instances/lab/{name}/startup", timeout=10
    )

    assert answer.status_code == 403
    assert embedded.lab.instance(name)["status"] == "ADMIN_down"
