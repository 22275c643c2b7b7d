"""Adding and changing clusters in the administration."""

import hashlib
import re
import ssl

from playwright.sync_api import Page, expect

PASSWORD = "secret"
ADD = "/admin/ganeti/cluster/add/"


def fingerprint_of(host: str, port: int) -> str:
    """Return the SHA-256 of a server's certificate in the format of openssl."""
    pem = ssl.get_server_certificate((host, port))
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    return ":".join(re.findall("..", digest))


def fill_in(
    page: Page, slug: str, host: str, port: int, password: str = PASSWORD
) -> None:
    """Fill in the form for a cluster and save it."""
    page.get_by_label("Host name").fill(host)
    page.get_by_label("Port").fill(str(port))
    page.get_by_label("Short name").fill(slug)
    page.get_by_role("textbox", name="RAPI user").fill("ganetimgr")
    page.get_by_label("RAPI password").fill(password)
    save(page)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def confirm(page: Page, host: str, port: int) -> None:
    """Compare the fingerprint shown with the server's, and confirm it."""
    expect(page.locator(".gm-panel")).to_contain_text(fingerprint_of(host, port))
    page.get_by_label("I have verified").check()
    save(page)


def add_cluster(page: Page, slug: str, host: str, port: int) -> None:
    page.goto(ADD)
    fill_in(page, slug, host, port)
    confirm(page, host, port)
    expect(page.locator(".messagelist .success").first).to_contain_text("Connected to")


def act_on(page: Page, slug: str, action: str) -> None:
    """Run an action on a cluster in the list of the administration."""
    page.get_by_role("row", name=slug).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(action)
    page.get_by_role("button", name="Go", exact=True).click()
