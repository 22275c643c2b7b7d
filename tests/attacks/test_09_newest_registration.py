"""Somebody registers with the address of a person who is registering just now."""

import pytest
import requests

from tests.attacks.mails import link_in, texts_to, wait_for_mail
from tests.attacks.site import PERSON, REGISTER, Site
from tests.ganeti.pages import parsed

pytestmark = pytest.mark.attack

ADDRESS = "victor@example.org"
SUBJECT = "Confirm your mail address"
PASSWORD = "Victor's own: correct horse"


def register(site: Site, username: str) -> None:
    answer = site.visitor().submit(
        REGISTER, REGISTER, username=username, email=ADDRESS, **PERSON
    )
    assert "Check your mail" in answer.text


def link_of(site: Site, username: str) -> str:
    mails = texts_to(site, ADDRESS, SUBJECT)
    return link_in(site, next(text for text in mails if username in text))


def test_the_first_link_still_works_and_nobody_else_chose_its_password(
    site: Site,
) -> None:
    register(site, "victor9")
    register(site, "mallory9")
    wait_for_mail(site, ADDRESS, SUBJECT, count=2)
    victor_link, mallory_link = link_of(site, "victor9"), link_of(site, "mallory9")
    victor = site.visitor()

    assert victor.sees('name="password"', victor_link)
    confirmed = victor.submit(
        victor_link, victor_link, password=PASSWORD, password_again=PASSWORD
    )

    assert "Your mail address is confirmed" in confirmed.text
    assert victor.get(mallory_link).status_code == 404
    assert "rejected" in forget(site).text


def forget(site: Site) -> requests.Response:
    """Reject the registration, so that the site is as before."""
    root = site.visitor("root")
    registrations = parsed(root.get("/accounts/approve/").text)
    links = registrations.select("main a[href^='/accounts/approve/']")
    pages = [str(link["href"]) for link in links]
    page = next(page for page in pages if root.sees("victor9", page))
    return root.submit(page, page, decision="refuse")
