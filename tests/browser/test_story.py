"""From registration to the end of a machine, on real Ganeti, with every mail."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.administration import add_cluster
from tests.browser.mailbox import Mailbox
from tests.browser.screen import assert_looks_right, reload_until, row
from tests.browser.visits import Visits, log_in
from tests.lab import RUNS, Lab
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.lab]

NINA, MAIL, PASSWORD = "nina", "nina@example.org", "Long-enough-4-nina"
FIRST, SECOND, REAL = (
    f"story-{word}.example.org" for word in ("first", "second", "real")
)
KEY = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBsvQ0Cdb1ckYA5pZg0Jm2uC8r3bYcMRk3vqJ1l0mP2d"
    " nina@home"
)
ADMIN, MANAGER = "admin@example.org", "manager@example.org"
JOB_MS = 90_000
IMAGES = {
    "debian": {
        "description": "Debian",
        "provider": "image+default",
        "osparams": {"img_id": "debian"},
        "ssh_key_param": "img_ssh_key_url",
    },
    "alpine": {
        "description": "Alpine",
        "provider": "image+default",
        "osparams": {"img_id": "alpine"},
        "ssh_key_param": "img_ssh_key_url",
    },
}
MAKE_PEOPLE = """
from django.contrib.auth.models import Permission, User
User.objects.create_superuser("root", "admin@example.org", "root")
User.objects.create_user("bob", "bob@example.org", "bob")
rhea = User.objects.create_user("rhea", "rhea@example.org", "rhea")
rhea.user_permissions.add(
    Permission.objects.get(codename="change_instanceapplication"))
"""


@dataclass
class Service:
    """The product, reachable from nodes of the lab, and the clusters behind it."""

    product: Product
    mailbox: Mailbox
    visit: Visits
    lab: Lab
    kvm_lab: Lab

    def fetch_on_node(self, url: str) -> str:
        """Fetch a URL from the network of a node of the lab."""
        command = ["ip", "netns", "exec", "gntfake", "curl", "-fsS", url]
        run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        return run.stdout

    def os_script_parameter(self, name: str, parameter: str) -> str:
        """Return a parameter of the latest OS create script of a machine."""
        latest_run = max(RUNS.glob(f"{name}.*"), key=lambda path: path.stat().st_mtime)
        match = re.search(
            rf"^OSP_{parameter}=(.*)$", latest_run.read_text(), re.MULTILINE
        )
        assert match, latest_run.read_text()
        return match[1]


def remove_machines(lab: Lab, kvm_lab: Lab) -> None:
    """Remove the machines; the one on KVM ignores ACPI and is powered off first."""
    lab.remove(FIRST, SECOND)
    if REAL in kvm_lab.names():
        body = {"timeout": 0}
        path = f"/2/instances/{REAL}/shutdown"
        kvm_lab.finish(int(kvm_lab.request("PUT", path, body=body)))
    kvm_lab.remove(REAL)


@pytest.fixture(scope="module")
def service(
    chromium: Browser, lab: Lab, kvm_lab: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    remove_machines(lab, kvm_lab)
    product = Product(
        tmp_path_factory.mktemp("story"),
        host=f"{lab.host.rpartition('.')[0]}.254",
        SNAPSHOT_REFRESH_SECONDS=2,
        OPERATING_SYSTEMS=IMAGES,
    )
    with product:
        product.shell(MAKE_PEOPLE)
        visits = Visits(chromium, product.url, {})
        # Browsers ignore it for an IP address without TLS.
        visits.expect_console_error("Cross-Origin-Opener-Policy")
        page = visits("root")
        for slug, cluster in (("athens", lab), ("sparta", kvm_lab)):
            add_cluster(page, slug, cluster.host, cluster.port)
        yield Service(product, Mailbox(product), visits, lab, kvm_lab)
        visits.close()
    remove_machines(lab, kvm_lab)


def test_a_machine_from_registration_to_destruction(service: Service) -> None:
    register(service)
    nina = service.visit.window()
    first_login(service, nina)
    add_key(nina)
    apply(service, nina)
    review(service)
    check_running(service, nina)
    share(service, nina)
    isolate(service, nina)
    rename(service, nina)
    reinstall(service, nina)
    destroy(service, nina)
    check_history(service, nina)


# -- the account


def register(service: Service) -> None:
    page = service.visit("", "/accounts/register/")
    assert_looks_right(page, "register")
    for label, text in (
        ("User name", NINA),
        ("Mail address", MAIL),
        ("Name", "Nina"),
        ("Surname", "Papadaki"),
        ("Phone", "+30 210 1234567"),
    ):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("I have read the terms").check()
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")

    page.goto(service.mailbox.link(MAIL, "Confirm your mail address"))
    assert_looks_right(page, "confirm-registration")
    for label in ("Password", "Confirm password"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm and set password").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Your mail address is confirmed")

    page = service.visit("root", service.mailbox.link(ADMIN, "Registration: nina"))
    assert_looks_right(page, "approve")
    page.get_by_role("button", name="Approve").click()
    service.mailbox.read(MAIL, "Your account is ready")


def first_login(service: Service, nina: Page) -> None:
    nina.goto(service.mailbox.link(MAIL, "Your account is ready"))
    log_in(nina, NINA, PASSWORD)
    expect(nina.locator(".greeting")).to_contain_text("Welcome, Nina")
    assert_looks_right(nina, "first-login")


def add_key(nina: Page) -> None:
    nina.goto("/user/profile/")
    nina.get_by_label("Public keys").fill(KEY)
    nina.get_by_role("button", name="Add", exact=True).click()
    expect(nina.locator("table.keys")).to_contain_text("nina@home")
    assert_looks_right(nina, "profile")


# -- the application


def apply(service: Service, nina: Page) -> None:
    nina.goto("/application/apply")
    nina.get_by_label("Host name").fill(FIRST)
    nina.get_by_label("Memory").select_option("512")
    nina.get_by_label("Disk").select_option("5")
    nina.get_by_label("Operating system").select_option("debian")
    nina.get_by_label("I accept the terms").check()
    assert_looks_right(nina, "apply")
    nina.get_by_role("button", name="Submit application").click()
    expect(nina.get_by_role("heading", level=1)).to_contain_text(FIRST)
    service.mailbox.read(MANAGER, FIRST)


def review(service: Service) -> None:
    page = service.visit("rhea", service.mailbox.link(MANAGER, FIRST))
    page.get_by_label("Cluster").select_option("athens")
    panel = page.locator("#panel")
    panel.get_by_label("default", exact=True).check()
    panel.get_by_label("public-v4").check()
    panel.get_by_label("file", exact=True).check()
    assert_looks_right(page, "review")

    page.get_by_role("button", name="Dry run").click()
    dry_run = page.locator("#trial")
    expect(dry_run).to_contain_text(f"athens can build {FIRST}", timeout=JOB_MS)
    page.get_by_role("button", name="Accept and build").click()
    expect(page.get_by_text("Created").first).to_be_visible(timeout=JOB_MS)
    assert_looks_right(page, "application-created")


def check_running(service: Service, nina: Page) -> None:
    nina.goto(service.mailbox.link(MAIL, f"Your machine {FIRST} is ready"))
    expect(nina.locator(".page-head .state")).to_contain_text("Running")
    assert_looks_right(nina, "machine-new")
    service.mailbox.read(MANAGER, f"{FIRST} was built")
    url = service.os_script_parameter(FIRST, "IMG_SSH_KEY_URL")
    assert service.fetch_on_node(url) == f"{KEY}\n"


# -- actions of owners


def expect_done(page: Page, text: str) -> None:
    """Wait until a machine's page shows this outcome."""
    outcome = page.locator(".job-done", has_text=text)
    expect(outcome).to_be_visible(timeout=JOB_MS)


def open_machine(nina: Page, name: str = FIRST) -> None:
    nina.goto(f"/instances/athens/{name}/")


def share(service: Service, nina: Page) -> None:
    open_machine(nina)
    nina.get_by_role("link", name="Change the owners").click()
    nina.get_by_label("Name", exact=True).fill("bob")
    nina.get_by_role("button", name="Add owner").click()
    expect_done(nina, "Owners changed")
    service.mailbox.read("bob@example.org", f"You are now an owner of {FIRST}")
    bob = service.visit("bob", f"/instances/athens/{FIRST}/")
    expect(bob.get_by_role("heading", level=1)).to_have_text(FIRST)


def isolate(service: Service, nina: Page) -> None:
    root = service.visit("root", f"/instances/athens/{FIRST}/")
    root.get_by_role("button", name="Isolate", exact=True).click()
    expect_done(root, "Isolated")

    open_machine(nina)
    expect(nina.locator("#manage")).to_contain_text("all network access is blocked")
    nina.get_by_role("link", name="Change whitelist").click()
    nina.get_by_label("Whitelisted network").fill("192.0.2.0/28")
    nina.get_by_role("button", name="Change whitelist").click()
    expect_done(nina, "Whitelist changed")
    tags = service.lab.instance(FIRST)["tags"]
    assert {"ganetimgr:isolate", "ganetimgr:whitelist_ip:192.0.2.0/28"} <= set(tags)


def rename(service: Service, nina: Page) -> None:
    open_machine(nina)
    nina.get_by_role("link", name="Rename").click()
    nina.get_by_label("New name").fill(SECOND)
    nina.get_by_label("Machine name").fill(FIRST)
    assert_looks_right(nina, "rename")
    nina.get_by_role("button", name="Send confirmation link").click()

    nina.goto(service.mailbox.link(MAIL, f"Confirm: rename {FIRST}"))
    assert_looks_right(nina, "rename-confirm")
    nina.get_by_role("button", name="Rename now").click()
    # The page redirects to the new address.
    expect(nina).to_have_url(re.compile(SECOND), timeout=JOB_MS)
    reload_until(nina, nina.locator(".page-head .state", has_text="Running"), 60)
    assert service.lab.instance(SECOND)["status"] == "running"


def reinstall(service: Service, nina: Page) -> None:
    nina.get_by_role("link", name="Reinstall").click()
    nina.get_by_label("Operating system").select_option("alpine")
    nina.get_by_label("Machine name").fill(SECOND)
    nina.get_by_role("button", name="Send confirmation link").click()

    nina.goto(service.mailbox.link(MAIL, f"Confirm: reinstall {SECOND}"))
    nina.get_by_role("button", name="Reinstall now").click()
    expect_done(nina, "Reinstalled")
    assert service.os_script_parameter(SECOND, "IMG_ID") == "alpine"
    keys = service.fetch_on_node(service.os_script_parameter(SECOND, "IMG_SSH_KEY_URL"))
    assert keys == f"{KEY}\n"
    assert service.lab.instance(SECOND)["status"] == "running"


def destroy(service: Service, nina: Page) -> None:
    open_machine(nina, SECOND)
    nina.get_by_role("link", name="Destroy").click()
    nina.get_by_label("Machine name").fill(SECOND)
    assert_looks_right(nina, "destroy")
    nina.get_by_role("button", name="Send confirmation link").click()

    link = service.mailbox.link(MAIL, f"Confirm: destroy {SECOND}")
    stranger = service.visit.window("bob")
    service.visit.expect_console_error("status of 404")
    answer = stranger.goto(link)
    assert answer is not None
    assert answer.status == 404
    nina.goto(link)
    nina.get_by_role("button", name="Destroy now").click()
    service.product.wait_until(
        lambda: SECOND not in service.lab.names(), 60, "it is gone"
    )


def check_history(service: Service, nina: Page) -> None:
    root = service.visit("root", "/history/?size=100")
    for text in (
        "Apply for a machine",
        "Build",
        "Change owners",
        "Isolate",
        "Change whitelist",
        "Rename",
        "Reinstall",
        "Destroy",
    ):
        expect(root.locator(".lines").get_by_text(text).first).to_be_visible()
    assert_looks_right(root, "history-of-a-life")
    nina.goto("/history/")
    expect(nina.locator(".lines").get_by_text("Destroy").first).to_be_visible()


# -- KVM only


def test_a_configuration_takes_effect_at_the_next_reboot(service: Service) -> None:
    tags = ["ganetimgr:user:bob"]
    body = {"tags": tags, "disk_template": "diskless", "disks": []}
    service.kvm_lab.finish(service.kvm_lab.create(REAL, **body))
    service.kvm_lab.finish(service.kvm_lab.power(REAL, "startup"))
    bob = service.visit("bob", "/")
    reload_until(bob, row(bob, REAL).get_by_text("Running"))
    row(bob, REAL).get_by_role("link", name=REAL).click()

    configure(bob)
    expect(bob.locator("#machine")).to_contain_text("Needs reboot")
    assert_looks_right(bob, "needs-reboot")
    reboot(bob)

    reload_until(bob, bob.locator("#machine:not(:has-text('Needs reboot'))"))
    assert service.kvm_lab.instance(REAL)["tags"] == tags


def configure(bob: Page) -> None:
    bob.get_by_role("link", name="Change configuration").click()
    bob.get_by_label("Boot").first.select_option("network")
    assert_looks_right(bob, "configure")
    bob.get_by_role("button", name="Change configuration").click()
    expect_done(bob, "Configuration changed")


def reboot(bob: Page) -> None:
    """Reboot a machine that ignores ACPI: after two minutes it is powered off."""
    bob.get_by_text("Reboot…").click()
    bob.get_by_role("button", name="Reboot", exact=True).click()
    outcome = bob.locator(".job-done", has_text="Rebooted")
    expect(outcome).to_be_visible(timeout=2 * JOB_MS)
