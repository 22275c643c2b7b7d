"""A stranger takes a name that tags give machines to, but nobody has registered."""

import pytest

from tests.attacks.site import GHOST, PERSON, REGISTER, TAKEN, Site

pytestmark = pytest.mark.attack


def test_a_name_in_a_tag_is_not_free(site: Site) -> None:
    for name in (GHOST, GHOST.title()):
        answer = site.visitor().submit(
            REGISTER, REGISTER, username=name, email=f"{name}@evil.example", **PERSON
        )
        assert answer.status_code == 400
        assert TAKEN in answer.text
        assert "machine" not in answer.text.split("<form")[1].split("</form>")[0]


def test_creating_it_in_the_administration_needs_confirmation(site: Site) -> None:
    page = "/admin/auth/user/add/"
    answer = site.visitor("root").submit(
        page, page, username=GHOST, usable_password="false"
    )

    assert "1 machine already belongs to this name" in answer.text
