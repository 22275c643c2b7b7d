"""A user pastes text that takes quadratic time to search, or fills a huge page."""

import pytest

from tests.attacks.site import AttackedSite

pytestmark = pytest.mark.attack


@pytest.mark.parametrize(
    "text",
    ["BEGIN " * 16_000, "a\n" * 49_000, "-----BEGIN A-----\n" * 5_000],
    ids=["begins", "lines", "blocks"],
)
def test_the_key_field_is_cheap_and_its_page_small(
    site: AttackedSite, text: str
) -> None:
    carol = site.visitor("carol")

    with site.web_cpu() as seconds:
        answer = carol.submit("/user/profile/", "/user/profile/keys/", keys=text)

    assert answer.status_code == 400
    assert seconds[0] < 2
    assert len(answer.content) < 300_000
