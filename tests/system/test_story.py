"""What somebody does, from logging in to a machine that runs, on both sites."""

import pytest

from tests.system.site import Site, within_s
from tests.system.visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.lab]


def test_alice_starts_reboots_and_stops_her_machine(each: Site) -> None:
    name = each.machine()
    page = f"/instances/lab/{name}/"
    alice = Visitor(each.product.url).log_in("alice")
    each.product.wait_until(lambda: alice.sees(name), within_s(10), "the list has it")

    for action, state in (
        ("startup", "running"),
        ("reboot", "running"),
        ("shutdown", "ADMIN_down"),
    ):
        answer = alice.submit(page, page + action)
        busy = 'aria-busy="true"' in answer.text
        assert (answer.status_code, busy) == (200, True), action
        each.product.wait_until(
            lambda: not alice.sees("aria-busy", f"{page}poll?as=page"),
            20,
            f"the end of {action}",
        )
        assert each.lab.instance(name)["status"] == state
        job = each.job(each.ask("newest", name=name))
        assert (job["status"], job["recorded"]) == ("success", action)
    assert each.ask("known")[name] == "stopped"


def test_forms_without_their_token_are_refused(embedded: Site) -> None:
    name = embedded.machine()
    alice = Visitor(embedded.product.url).log_in("alice")

    answer = alice.session.post(
        f"{embedded.product.url}/instances/lab/{name}/startup", timeout=10
    )

    assert answer.status_code == 403
    assert embedded.lab.instance(name)["status"] == "ADMIN_down"
