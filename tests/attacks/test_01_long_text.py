"""A stranger sends text whose normalization takes quadratic time."""

import pytest

from tests.attacks.site import AttackedSite

pytestmark = pytest.mark.attack

LOGIN = "/accounts/login/"


def marks(count: int) -> str:
    return "a" + "\u0300" * (count // 2) + "\u0316" * (count // 2)


@pytest.mark.parametrize("count", [4_000, 30_000, 100_000])
def test_a_user_name_of_combining_marks_costs_no_time(
    site: AttackedSite, count: int
) -> None:
    stranger = site.visitor()

    with site.web_cpu() as seconds:
        answer = stranger.submit(LOGIN, LOGIN, username=marks(count), password="x")

    assert answer.status_code in {200, 413}
    assert seconds[0] < 1
    assert len(answer.content) < 400_000
    assert site.visitor().get(LOGIN).status_code == 200
