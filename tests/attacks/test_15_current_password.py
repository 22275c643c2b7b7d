"""Somebody with a stolen session guesses the password, or sets it unnoticed."""

import pytest

from tests.attacks.site import Site

pytestmark = pytest.mark.attack

PAGE = "/user/password/"
PERSON = (
    "from django.contrib.auth.models import User;"
    "carol = User.objects.get(username='carol');"
)
NEW_PASSWORD = "quite another long password"


def test_wrong_current_passwords_are_limited(site: Site) -> None:
    thief = site.visitor("dave")
    passwords = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}

    statuses = [
        thief.submit(PAGE, PAGE, old_password=guess, **passwords).status_code
        for guess in ("a", "b", "c", "d", "e", "dave")
    ]

    assert statuses == [400] * 5 + [429]


def test_password_changes_in_the_administration_are_recorded_and_mailed(
    site: Site,
) -> None:
    root = site.visitor("root")

    assert root.get("/admin/password_change/").url == site.url + PAGE

    number = site.shell(f"{PERSON} print(carol.pk)").strip()
    page = f"/admin/auth/user/{number}/password/"
    root.submit(
        page,
        page,
        password1=NEW_PASSWORD,
        password2=NEW_PASSWORD,
        usable_password="true",
    )

    assert root.sees("carol", "/history/?q=carol")
    site.product.wait_until(
        lambda: any(b"carol@example.org" in m for m in site.mail_server.messages),
        90,
        "the mail to carol",
    )
    site.shell(f"{PERSON} carol.set_password('carol'); carol.save()")
