"""Pages in Greek contain no English."""
# ruff: noqa: RUF001 - letters that look like Latin ones

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from apps.accounts import contact
from apps.accounts.services import passwords
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.domain import hypervisors
from apps.ganeti.domain.job import JobReport, JobStatus
from apps.ganeti.jobs.submission import ActionRefused
from apps.ganeti.jobs.tracking import finish
from apps.ganeti.models import Cluster
from apps.ganeti.services import owners, power
from apps.ganeti.services.owners import Owner
from apps.ganeti.state import refreshing
from apps.web import stored_text, times
from tests.conftest import Sent
from tests.ganeti.chains import run_to_end
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.fixtures import ADDRESS
from tests.ganeti.pages import markup, notices
from tests.ganeti.state import machine
from tests.greek import english

pytestmark = pytest.mark.usefixtures("in_greek")


@pytest.fixture
def reader() -> Client:
    return Client(headers={"accept-language": "el"})


def read(reader: Client, address: str) -> str:
    page = markup(reader.get(address))
    assert '<html lang="el"' in page
    return page


MACHINE = "ganeti:instance-detail"


@pytest.mark.django_db
def test_the_login_page(reader: Client) -> None:
    page = read(reader, reverse("accounts:login"))

    assert "Σύνδεση" in page
    assert english(page) == set()


@pytest.mark.usefixtures("every_state")
def test_the_list_with_machines_in_every_state(reader: Client, olga: User) -> None:
    reader.force_login(olga)

    page = read(reader, reverse("ganeti:instance-list") + "?q=is&mark=locked")
    rows = read(reader, reverse("ganeti:instance-list"))

    assert "Μηχανήματα" in page
    assert english(page) - {"is", "locked"} == set()
    assert "Κόμβος εκτός λειτουργίας" in rows
    rows = re.sub(r"is-[a-z-]+", "", rows)
    assert english(rows) == set()


@pytest.mark.usefixtures("published")
def test_pages_of_clusters_and_nodes(reader: Client, root: User) -> None:
    reader.force_login(root)
    addresses = [
        reverse("ganeti:cluster-list"),
        reverse("ganeti:cluster-detail", args=("athens",)),
        reverse("ganeti:node-list") + "?role=C",
        reverse("ganeti:node-detail", args=("athens", "node1")),
    ]

    for address in addresses:
        # Ganeti's names of disk templates and the cluster.
        words = english(read(reader, address))
        assert words - {"plain", "example", "org"} == set(), address


@pytest.mark.usefixtures("published")
def test_the_list_of_somebody_without_machines(reader: Client, carol: User) -> None:
    reader.force_login(carol)

    assert english(read(reader, reverse("ganeti:instance-list"))) == {"carol"}


@pytest.mark.usefixtures("published")
def test_a_machine_with_a_running_job(
    reader: Client, cluster: Cluster, by_alice: Acting
) -> None:
    reader.force_login(by_alice.user)
    power.reboot(cluster, machine(cluster, "web1"), by=by_alice)

    page = read(reader, reverse(MACHINE, args=("athens", "web1")))

    assert "Επανεκκινείται…" in page
    assert "κανονική επανεκκίνηση" in page
    assert english(page) == set()


@pytest.mark.usefixtures("published")
def test_a_machine_whose_job_failed(
    reader: Client, cluster: Cluster, by_alice: Acting
) -> None:
    reader.force_login(by_alice.user)
    job = power.shutdown(cluster, machine(cluster, "web1"), by=by_alice, timeout_s=30)
    finish(job, JobReport(1, JobStatus.ERROR, message="Disk failure"))

    page = read(reader, reverse(MACHINE, args=("athens", "web1")))

    assert "τερματισμός, με χρονικό όριο: 30 s" in page
    assert english(page) == {"Disk", "failure"}


def test_a_cluster_that_is_down(
    reader: Client, cluster: Cluster, published: FakeRapi, olga: User
) -> None:
    reader.force_login(olga)
    published.go_down(sent=True)
    refreshing.refresh(cluster, force=True)

    pages = [
        read(reader, reverse("ganeti:instance-list")),
        read(reader, reverse(MACHINE, args=("athens", "web1"))),
    ]

    for page in pages:
        assert "έπαψε να απαντά" in page
        assert english(page) == set()


@pytest.mark.usefixtures("published")
def test_a_refusal_made_in_greek_in_the_history(
    reader: Client, cluster: Cluster, olga: User
) -> None:
    with translation.override("el"), pytest.raises(ActionRefused, match="Μπορείτε"):
        power.startup(cluster, machine(cluster, "web2"), by=Acting(olga, ADDRESS))
    reader.force_login(olga)

    page = read(reader, reverse("auditlog:history"))

    assert AuditEntry.objects.get().detail.startswith("You can view")
    assert "Μπορείτε να βλέπετε αυτό το μηχάνημα" in page
    assert english(page) == set()


@pytest.mark.usefixtures("published")
def test_the_bulk_preview_and_a_missing_machine(reader: Client, alice: User) -> None:
    reader.force_login(alice)
    keys = {"machine": ["athens/web1", "athens/web2"], "action": "startup"}

    preview = markup(reader.post(reverse("ganeti:instance-bulk"), keys))
    nothing = read(reader, reverse(MACHINE, args=("athens", "nothing")))

    assert "Να ξεκινήσουν αυτά τα μηχανήματα;" in preview
    assert english(preview) == set()
    assert "Η σελίδα δεν βρέθηκε" in nothing
    assert english(nothing) == set()


def test_an_action_on_an_unreachable_cluster(
    reader: Client, published: FakeRapi, alice: User
) -> None:
    reader.force_login(alice)
    published.go_down()

    address = reverse("ganeti:instance-reboot", args=("athens", "web1"))
    response = reader.post(address, {"kind": "hard"}, follow=True)

    (notice,) = notices(response)
    assert "δεν έγινε τίποτα" in notice
    assert "Αρνήθηκε τη σύνδεση." in notice
    assert english(markup(response)) == set()


@pytest.mark.usefixtures("published")
def test_the_form_of_a_cluster(reader: Client, cluster: Cluster, root: User) -> None:
    """Django's own Greek translation of the administration is incomplete."""
    reader.force_login(root)

    page = read(reader, reverse("admin:ganeti_cluster_change", args=(cluster.pk,)))

    form = page.partition('id="cluster_form" novalidate>')[2].partition("</form>")[0]
    commands = re.compile(r"openssl [^<]*sha256|/var/[a-z/]+|«write»|gnt-network")
    assert "Χρήση" in form
    assert english(commands.sub("", form)) <= {"RAPI", "CA", "PEM", "SHA"}


@pytest.mark.parametrize(
    ("text", "greek"),
    [
        ("", ""),
        ("It didn't respond in time.", "Δεν απάντησε εγκαίρως."),
        (
            "It gave no reason: HTTP 502.",
            "Δεν έδωσε αιτιολογία: HTTP 502.",
        ),
        ("Instance 'web1' not found: gone", "Instance 'web1' not found: gone"),
    ],
)
def test_stored_messages_are_translated_if_known(text: str, greek: str) -> None:
    with translation.override("el"):
        assert stored_text.translate(text) == greek


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=2), "μόλις τώρα"),
        (timedelta(seconds=40), "πριν 40 δευτερόλεπτα"),
        (timedelta(minutes=1), "πριν 1 λεπτό"),
        (timedelta(hours=5), "πριν 5 ώρες"),
        (timedelta(days=1), "πριν 1 ημέρα"),
    ],
)
def test_times_agree_with_their_number(passed: timedelta, words: str) -> None:
    now = timezone.now()

    with translation.override("el"):
        assert times.ago(now - passed, now) == words


def test_the_profile_and_errors_in_its_keys(reader: Client, alice: User) -> None:
    reader.force_login(alice)
    profile = reverse("accounts:profile")

    page = read(reader, profile)
    refusal = reader.post(reverse("accounts:keys-add"), {"keys": "ssh-rsa\nλάθος"})
    invalid_link = markup(reader.get(reverse("accounts:mail-change", args=["made-up"])))

    assert "Δημόσια κλειδιά" in page
    assert "Γραμμή 2: Αυτό δεν είναι δημόσιο κλειδί SSH." in markup(refusal)
    for html in (page, markup(refusal), invalid_link):
        assert english(html.replace("alice@example.org", "")) == set()


def test_mails_about_an_address_are_in_their_readers_language(
    client: Client, alice: User, sent: Sent
) -> None:
    alice.set_password("alice-s password")
    alice.save()
    contact.remember_language(alice, "el")
    client.force_login(alice)

    values = {"address": "new@example.org", "password": "alice-s password"}
    client.post(reverse("accounts:mail-ask"), values)

    subjects = {mail.to[0]: mail.subject for mail in sent()}
    assert subjects == {
        "new@example.org": "[ganetimgr] Επιβεβαιώστε τη νέα διεύθυνση email σας",
        "alice@example.org": "[ganetimgr] Αίτημα αλλαγής της διεύθυνσης email σας",
    }


@pytest.mark.usefixtures("published")
def test_the_pages_of_people(reader: Client, olga: User, alice: User) -> None:
    alice.groups.create(name="staff")
    reader.force_login(olga)

    user_page = read(reader, reverse("ganeti:user-info", args=["alice"]))
    group_page = read(reader, reverse("ganeti:group-info", args=["staff"]))

    for html in (user_page, group_page):
        assert english(html.replace("alice@example.org", "")) == set()


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("action", ["configure", "whitelist", "owners"])
@pytest.mark.parametrize("name", ["web1", "mail1"])
def test_the_forms_of_a_machine(
    reader: Client, alice: User, root: User, action: str, name: str
) -> None:
    for person in (alice, root):
        reader.force_login(person)
        page = read(reader, reverse(f"ganeti:instance-{action}", args=("athens", name)))

        # Ganeti's names of hardware, and parts of addresses.
        hardware = {*hypervisors.CHOICES["kvm", "disk_type"], "dev", "http", "https"}
        hardware |= {"Windows", "UTC", "pcnet", "rtl", "isa", "pci", "hd", "ne"}
        hardware |= {"block", "generic", "er"}
        assert english(page) <= hardware


def test_a_new_owner_is_written_to_in_greek(
    client: Client,
    alice: User,
    bob: User,
    cluster: Cluster,
    published: FakeRapi,
    sent: Sent,
) -> None:
    contact.remember_language(bob, "el")
    by = Acting(alice, ADDRESS)

    owners.add(cluster, machine(cluster, "web1"), Owner("user", "bob"), by=by)
    run_to_end(cluster, published)

    (mail,) = [mail for mail in sent() if mail.to == [bob.email]]
    assert mail.subject.endswith("Είστε πλέον κάτοχος του web1")
    assert "Ο χρήστης alice σας έκανε κάτοχο" in mail.body


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["register", "registered", "password-reset", "password-reset-sent"]
)
def test_registration_and_password_reset(reader: Client, name: str) -> None:
    assert english(read(reader, reverse(f"accounts:{name}"))) <= {"email"}


@pytest.mark.django_db
def test_invalid_links(reader: Client) -> None:
    for path in ("/accounts/activate/none/", "/accounts/password/reset/MQ/none/"):
        assert english(read(reader, path)) <= {"email"}


def test_sessions_and_passwords(reader: Client, root: User) -> None:
    root.set_password("a password that is long")
    root.save()
    reader.force_login(root)

    for name in (
        *("accounts:sessions", "accounts:password-change", "accounts:applicants"),
        "ganeti:idle-accounts",
    ):
        assert english(read(reader, reverse(name))) <= {"email"}


def test_the_mail_that_sets_a_new_password(root: User, sent: Sent) -> None:
    root.set_password("a password that is long")
    root.save()
    contact.remember_language(root, "el")

    passwords.send_reset_links(root.email)

    (mail,) = sent()
    assert mail.subject == "[ganetimgr] Επαναφορά συνθηματικού"
    assert english(re.sub(r"http\S+", "", str(mail.body))) == set()
