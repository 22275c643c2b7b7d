"""Staff who may change users make themselves superuser, or become root."""

import pytest

from tests.attacks.site import Site
from tests.ganeti.pages import parsed
from tests.system.visitor import Visitor

pytestmark = pytest.mark.attack

USERS = "/admin/auth/user/"
PASSWORD = "correct horse battery staple"


def page_of(visitor: Visitor, name: str) -> str:
    links = parsed(visitor.get(USERS).text).select(f'a[href^="{USERS}"]')
    [link] = [link for link in links if link.text == name]
    return str(link["href"]).partition("?")[0]


def test_staff_gain_no_further_permissions(site: Site) -> None:
    stefan = site.visitor("stefan")
    own_page, root_page = page_of(stefan, "stefan"), page_of(stefan, "root")
    fields = {
        "email": "stefan@example.org",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        "is_active": "on",
    }

    stefan.submit(
        own_page,
        own_page,
        username="stefan",
        is_staff="on",
        is_superuser="on",
        **fields,
    )
    answers = [
        stefan.submit(own_page, root_page, username="root", **fields),
        stefan.submit(
            own_page,
            root_page.replace("change/", "password/"),
            password1=PASSWORD,
            password2=PASSWORD,
            usable_password="true",
        ),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    # Only superusers see this page.
    assert stefan.get("/accounts/approve/").status_code == 404
    assert site.visitor("root").sees("root@example.org", root_page)
