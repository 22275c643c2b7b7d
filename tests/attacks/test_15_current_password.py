"""Somebody with another one's session guesses the password, or sets it unseen."""

import pytest

from tests.attacks.site import Site

pytestmark = pytest.mark.attack

PAGE = "/user/password/"
PERSON = (
    "from django.contrib.auth.models import User;"
    "carol = User.objects.get(username='carol');"
)
NEW = "quite another long password"


def test_the_current_password_cannot_be_guessed_without_end(site: Site) -> None:
    thief = site.visitor("dave")
    new = {"new_password1": NEW, "new_password2": NEW}

    statuses = [
        thief.submit(PAGE, PAGE, old_password=guess, **new).status_code
        for guess in ("a", "b", "c", "d", "e", "dave")
    ]

    assert statuses == [400] * 5 + [429]


def test_the_administration_changes_no_password_unseen(site: Site) -> None:
    root = site.visitor("root")

    assert root.get("/admin/password_change/").url == site.url + PAGE

    number = site.shell(f"{PERSON} print(carol.pk)").strip()
    page = f"/admin/auth/user/{number}/password/"
    root.submit(page, page, password1=NEW, password2=NEW, usable_password="true")

    assert root.sees("carol", "/history/?q=carol")
    site.product.wait_until(
        lambda: any(b"carol@example.org" in m for m in site.mail_server.messages),
        90,
        "the mail to carol",
    )
    site.shell(f"{PERSON} carol.set_password('carol'); carol.save()")
