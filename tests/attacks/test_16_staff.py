"""Staff who may change users make themselves superuser, or become root."""

import re

import pytest

from tests.attacks.site import Site
from tests.system.visitor import Visitor

pytestmark = pytest.mark.attack

USERS = "/admin/auth/user/"
PASSWORD = "correct horse battery staple"


def page_of(visitor: Visitor, name: str) -> str:
    found = re.search(
        rf'href="({USERS}\d+/change/)[^"]*">{name}<', visitor.get(USERS).text
    )
    assert found
    return found[1]


def test_staff_become_nobody_with_more_rights(site: Site) -> None:
    stefan = site.visitor("stefan")
    own, roots = page_of(stefan, "stefan"), page_of(stefan, "root")
    fields = {
        "email": "stefan@example.org",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        "is_active": "on",
    }

    stefan.submit(
        own, own, username="stefan", is_staff="on", is_superuser="on", **fields
    )
    answers = [
        stefan.submit(own, roots, username="root", **fields),
        stefan.submit(
            own,
            roots.replace("change/", "password/"),
            password1=PASSWORD,
            password2=PASSWORD,
            usable_password="true",
        ),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    # What superusers alone see.
    assert stefan.get("/accounts/approve/").status_code == 404
    assert site.visitor("root").sees("root@example.org", roots)
