"""A stolen session gives a machine to a friend, who removes its owner."""

import pytest

from tests.attacks.mails import wait_for_mail
from tests.attacks.site import ALICE, Site

pytestmark = pytest.mark.attack

MACHINE = "swap1.alice.example.org"
OWNERS = f"/instances/tags/athens/{MACHINE}"


def test_the_owner_stays_and_learns_of_each_step(site: Site) -> None:
    site.athens.add_instance(MACHINE, tags=[ALICE])
    thief, carol = site.visitor("alice"), site.visitor("carol")
    site.product.wait_until(lambda: thief.sees(MACHINE), 30, "the machine is known")

    thief.submit(OWNERS, OWNERS, word="user", name="carol")
    site.product.wait_until(lambda: carol.sees(MACHINE), 30, "carol owns it too")
    carol.submit(OWNERS, OWNERS, owner="user:alice", confirmed="yes")

    owners_mail = wait_for_mail(
        site, "alice@example.org", f"{MACHINE}: its owners changed"
    )
    assert "Added: carol" in owners_mail
    subject = f"carol asked to remove an owner of {MACHINE}"
    assert "alice to be removed" in wait_for_mail(site, "alice@example.org", subject)
    assert thief.sees(MACHINE)
