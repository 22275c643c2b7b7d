"""The site of the attacks works for ordinary users."""

import pytest

from tests.attacks.site import Site

pytestmark = pytest.mark.attack


def test_people_log_in_and_see_their_own_machines(site: Site) -> None:
    assert site.visitor("alice").sees("web1.alice.example.org")
    assert not site.visitor("carol").sees("web1.alice.example.org")
