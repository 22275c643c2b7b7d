"""Asking for a machine: what is offered, what is refused, what is told to whom."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.models import Organization, Profile, SshKey
from apps.applications.forms import applying
from apps.applications.models import Event, InstanceApplication
from apps.applications.services import filing
from apps.applications.services.filing import NameTaken
from apps.applications.states import Status
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster, Network
from apps.ganeti.reads import hostnames
from apps.ganeti.reads.hostnames import HostnameStatus
from apps.ganeti.state import refreshing
from apps.mails.models import Mail
from tests.applications.applying import APPLY, GOOD, MANAGER
from tests.applications.conftest import Make
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text

FIELDS = [*GOOD, "hosts_mail_server", "organization", "network", "cluster", "status"]

pytestmark = pytest.mark.usefixtures("offered")


@pytest.fixture
def network(cluster: Cluster) -> Network:
    return Network.objects.create(
        cluster=cluster, description="Lab", link="br1", mode="bridged"
    )


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(title="The Shop", tag="shop")


def keep_profile(user: User, **fields: Any) -> None:
    Profile.objects.update_or_create(user=user, defaults=fields)


def errors(response: HttpResponseBase) -> dict[str, list[str]]:
    form = response.context["form"]  # type: ignore[attr-defined]  # of the client
    return {name: [str(e) for e in found] for name, found in form.errors.items()}


# -- what comes of it


def test_an_application_is_filed_as_it_was_typed(
    applicant: Client, alice: User
) -> None:
    response = applicant.post(APPLY, GOOD | {"hosts_mail_server": "on"})

    filed = InstanceApplication.objects.get()
    assert isinstance(response, HttpResponse)
    assert response["Location"] == reverse("applications:detail", args=[filed.pk])
    assert (filed.applicant, filed.status) == (alice, Status.PENDING)
    assert filed.hostname == filed.name_claim == "new1.example.org"
    assert (filed.memory_mib, filed.vcpus, filed.disk_gib) == (2048, 2, 20)
    assert filed.operating_system == "debian"
    assert filed.hosts_mail_server
    assert filed.comments == "For the shop."
    assert filed.contact_name == "Alice Liddell"


def test_it_is_audited_and_begins_its_story(applicant: Client, alice: User) -> None:
    applicant.post(APPLY, GOOD)

    entry, event = AuditEntry.objects.get(), Event.objects.get()
    assert (entry.action, entry.target_name) == ("apply", "new1.example.org")
    assert entry.user == event.user == alice
    assert event.kind == Event.Kind.FILED


def test_managers_are_told_with_a_link(
    applicant: Client, sent: Callable[[], list[EmailMessage]], settings: Settings
) -> None:
    settings.SITE_URL = "https://vps.example.org"
    applicant.post(APPLY, GOOD)

    (mail,) = sent()
    filed = InstanceApplication.objects.get()
    assert mail.to == [MANAGER]
    assert Mail.objects.get().about == filed.mail_key
    assert "new1.example.org" in mail.subject
    assert "For the shop." in mail.body
    assert f"https://vps.example.org/application/{filed.pk}/" in mail.body


def test_no_page_asks_a_cluster(applicant: Client, published: FakeRapi) -> None:
    applicant.get(APPLY)
    applicant.post(APPLY, GOOD)

    assert published.calls == []


def test_gaps_in_the_profile_are_filled(
    applicant: Client, alice: User, organization: Organization
) -> None:
    applicant.post(APPLY, GOOD | {"organization": organization.pk})

    profile = Profile.objects.get(user=alice)
    assert profile.phone == "210 1234567"
    assert profile.organization == organization


def test_what_the_profile_says_already_is_left(
    applicant: Client, alice: User, organization: Organization
) -> None:
    other = Organization.objects.create(title="Another", tag="another")
    keep_profile(alice, phone="1", organization=other)

    applicant.post(APPLY, GOOD | {"organization": organization.pk})

    profile = Profile.objects.get(user=alice)
    assert (profile.phone, profile.organization) == ("1", other)


def test_the_phone_of_somebody_else_is_not_taken_for_the_applicants(
    applicant: Client, alice: User
) -> None:
    applicant.post(APPLY, GOOD | {"contact_email": "bob@example.org"})

    assert Profile.objects.get(user=alice).phone == ""


# -- the host name


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("web1", "fully qualified"),
        ("192.0.2.1", "host name"),
        ("web_1.example.org", "letters a to z"),
        ("", "required"),
    ],
)
def test_what_is_no_name_is_said_at_its_field(
    applicant: Client, typed: str, says: str
) -> None:
    response = applicant.post(APPLY, GOOD | {"hostname": typed})

    assert says in " ".join(errors(response)["hostname"])
    assert not InstanceApplication.objects.exists()


def test_what_was_typed_is_kept(applicant: Client) -> None:
    page = markup(applicant.post(APPLY, GOOD | {"hostname": "web1"}))

    assert 'value="web1"' in page
    assert "For the shop." in page
    assert '<option value="2048" selected>' in page


def test_the_name_of_anybodys_machine_is_taken(
    applicant: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.add("db1.example.org", tags=["ganetimgr:user:dave"])
    refreshing.refresh(cluster, force=True)

    response = applicant.post(APPLY, GOOD | {"hostname": "DB1.example.org."})

    assert errors(response) == {
        "hostname": ["A machine with this name already exists."]
    }


def test_a_name_that_is_asked_for_is_taken(
    applicant: Client, make_application: Make, bob: User
) -> None:
    make_application(hostname="new1.example.org", applicant=bob)

    response = applicant.post(APPLY, GOOD)

    assert "already requested" in errors(response)["hostname"][0]


def test_who_sends_it_twice_is_told_so(applicant: Client) -> None:
    applicant.post(APPLY, GOOD)
    response = applicant.post(APPLY, GOOD)

    assert "already applied" in errors(response)["hostname"][0]
    assert InstanceApplication.objects.count() == 1


def test_of_two_at_once_the_second_is_told_at_the_field(
    applicant: Client, make_application: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_application(hostname="new1.example.org")
    monkeypatch.setattr(hostnames, "check", lambda *_, **__: HostnameStatus())

    response = applicant.post(APPLY, GOOD)

    assert list(errors(response)) == ["hostname"]
    assert InstanceApplication.objects.count() == 1
    assert not AuditEntry.objects.exists()


def test_nothing_is_left_of_a_filing_that_came_second(
    make_application: Make,
    by_alice: Acting,
    sent: Callable[[], list[EmailMessage]],
) -> None:
    first = make_application()
    wanted = {"hostname": first.hostname, "memory_mib": 1, "vcpus": 1, "disk_gib": 1}

    with pytest.raises(NameTaken):
        filing.file(wanted, by=by_alice)

    assert sent() == []
    assert not AuditEntry.objects.exists()


def test_a_mail_server_that_is_down_costs_no_application(
    applicant: Client, settings: Settings
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "192.0.2.1", 1

    assert applicant.post(APPLY, GOOD).status_code == 302
    assert InstanceApplication.objects.count() == 1


def test_a_cluster_that_is_down_is_said_and_does_not_block(
    applicant: Client, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)

    page = text(markup(applicant.get(APPLY)))
    response = applicant.post(APPLY, GOOD, follow=True)

    assert "The cluster athens isn't responding." in page
    assert InstanceApplication.objects.exists()
    assert any("available on athens" in notice for notice in notices(response))


# -- what is offered


def test_the_sizes_are_those_of_the_settings(
    applicant: Client, settings: Settings
) -> None:
    settings.APPLICATION_MEMORY_MIB = [768, 3072]
    settings.APPLICATION_VCPUS = [3]

    page = markup(applicant.get(APPLY))

    assert ">768 MiB<" in page
    assert ">3 GiB<" in page
    for name, value in (("memory_mib", "1024"), ("vcpus", "2"), ("disk_gib", "7")):
        assert name in errors(applicant.post(APPLY, GOOD | {name: value}))


def test_the_images_come_after_no_operating_system_and_one_is_chosen(
    applicant: Client,
) -> None:
    page = markup(applicant.get(APPLY))

    assert page.index("No operating system") < page.index("Debian 12")
    assert '<option value="debian" selected>' in page


def test_an_image_that_is_not_offered_is_no_choice(applicant: Client) -> None:
    response = applicant.post(APPLY, GOOD | {"operating_system": "windows"})

    assert list(errors(response)) == ["operating_system"]


def test_no_operating_system_is_a_choice(applicant: Client) -> None:
    applicant.post(APPLY, GOOD | {"operating_system": ""})

    assert InstanceApplication.objects.get().operating_system == ""


def test_the_networks_of_ones_groups_are_offered(
    applicant: Client, alice: User, network: Network
) -> None:
    alice.groups.add(Group.objects.create(name="lab"))
    network.groups.set(alice.groups.all())

    assert "Lab (athens)" in markup(applicant.get(APPLY))
    applicant.post(APPLY, GOOD | {"network": network.pk})

    assert InstanceApplication.objects.get().network == network


def test_a_network_cannot_be_had_by_its_number(
    applicant: Client, alice: User, network: Network
) -> None:
    """Once any network could be attached by its number, offered or not."""
    offered = Network.objects.create(
        cluster=network.cluster, description="Mine", link="br2", mode="bridged"
    )
    group = Group.objects.create(name="lab")
    alice.groups.add(group)
    offered.groups.add(group)

    response = applicant.post(APPLY, GOOD | {"network": network.pk})

    assert list(errors(response)) == ["network"]
    assert not InstanceApplication.objects.exists()


def test_who_is_offered_no_network_is_not_asked_and_gets_none(
    applicant: Client, network: Network
) -> None:
    assert 'name="network"' not in markup(applicant.get(APPLY))

    applicant.post(APPLY, GOOD | {"network": network.pk})

    assert InstanceApplication.objects.get().network is None


@pytest.mark.parametrize(
    "change", [{"disabled": True}, {"disable_instance_creation": 1}]
)
def test_a_network_where_no_machine_is_made_is_not_offered(
    applicant: Client, alice: User, network: Network, change: dict[str, Any]
) -> None:
    group = Group.objects.create(name="lab")
    alice.groups.add(group)
    network.groups.add(group)
    Cluster.objects.update(**change)

    assert not applying.networks_of(alice).exists()


# -- whom it is for


def branding(settings: Settings, *, organization: bool, contact: bool) -> None:
    settings.BRANDING = settings.BRANDING | {
        "SHOW_ORGANIZATION_FORM": organization,
        "SHOW_ADMINISTRATIVE_FORM": contact,
    }


NO_CONTACT = {"contact_name": "", "contact_email": "", "contact_phone": ""}


def test_an_organization_or_a_contact_is_needed(
    applicant: Client, organization: Organization
) -> None:
    assert list(errors(applicant.post(APPLY, GOOD | NO_CONTACT))) == ["organization"]

    for enough in ({"organization": organization.pk, **NO_CONTACT}, {}):
        assert applicant.post(APPLY, GOOD | enough).status_code == 302
        InstanceApplication.objects.all().delete()


def test_where_there_is_no_organization_a_contact_is_needed(
    applicant: Client,
) -> None:
    page = markup(applicant.get(APPLY))
    response = applicant.post(APPLY, GOOD | NO_CONTACT)

    assert 'name="organization"' not in page
    assert list(errors(response)) == ["contact_name"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"contact_name": ""}, "contact_name"),
        ({"contact_email": "", "contact_phone": ""}, "contact_email"),
        ({"contact_email": "nowhere"}, "contact_email"),
    ],
)
def test_a_contact_is_somebody_who_can_be_reached(
    applicant: Client, typed: dict[str, str], field: str
) -> None:
    assert list(errors(applicant.post(APPLY, GOOD | typed))) == [field]


def test_what_the_site_does_not_ask_for_is_neither_shown_nor_kept(
    applicant: Client, organization: Organization, settings: Settings
) -> None:
    branding(settings, organization=False, contact=False)

    page = markup(applicant.get(APPLY))
    applicant.post(APPLY, GOOD | {"organization": organization.pk})

    filed = InstanceApplication.objects.get()
    assert 'name="organization"' not in page
    assert 'name="contact_name"' not in page
    assert (filed.organization, filed.contact_name) == (None, "")


@pytest.mark.parametrize(("organization", "contact"), [(True, False), (False, True)])
def test_what_is_asked_for_alone_may_be_left_out(
    applicant: Client, settings: Settings, organization: bool, contact: bool
) -> None:
    Organization.objects.create(title="The Shop", tag="shop")
    branding(settings, organization=organization, contact=contact)

    assert applicant.post(APPLY, GOOD | NO_CONTACT).status_code == 302


def test_the_terms_have_to_be_accepted(applicant: Client) -> None:
    response = applicant.post(APPLY, {k: v for k, v in GOOD.items() if k != "terms"})

    assert list(errors(response)) == ["terms"]


def test_where_there_are_no_terms_none_are_asked_for(
    applicant: Client, settings: Settings
) -> None:
    settings.FLATPAGES = settings.FLATPAGES | {"TOS": False}

    assert 'name="terms"' not in markup(applicant.get(APPLY))
    assert applicant.post(APPLY, GOOD | {"terms": ""}).status_code == 302


def test_the_form_starts_with_what_is_known_of_the_applicant(
    applicant: Client, alice: User, organization: Organization
) -> None:
    keep_profile(alice, phone="210", organization=organization)

    page = markup(applicant.get(APPLY))

    assert f'<option value="{organization.pk}" selected>' in page
    assert 'value="alice@example.org"' in page
    assert 'value="210"' in page


def test_who_has_no_key_is_told_and_nobody_else(applicant: Client, alice: User) -> None:
    assert "no SSH keys" in markup(applicant.get(APPLY))

    SshKey.objects.create(owner=alice, key="ssh-ed25519 AAAA", fingerprint="x")

    assert "no SSH keys" not in markup(applicant.get(APPLY))


# -- what it adds up to


def test_it_says_what_it_adds_up_to(applicant: Client, make_application: Make) -> None:
    make_application(memory_mib=4096, vcpus=4, disk_gib=50)
    make_application(status=Status.REFUSED, memory_mib=8192)

    page = markup(applicant.get(APPLY, {"memory_mib": "2048", "vcpus": "8"}))

    found = re.findall(r'<tr>\s*<th scope="row".*?</tr>', page, re.DOTALL)
    rows = [text(row) for row in found]
    assert rows == [
        "Machines 4 1 1 6",
        "Memory, GiB 4 4 2 10",
        "vCPUs 4 4 8 16",
        "Disk, GiB 40 50 5 95",
    ]


def test_htmx_gets_what_it_adds_up_to_alone(applicant: Client) -> None:
    page = markup(applicant.get(APPLY, headers={"HX-Request": "true"}))

    assert page.lstrip().startswith("<aside")


def test_a_viewer_of_all_machines_has_but_her_own(
    client: Client, olga: User, published: FakeRapi
) -> None:
    client.force_login(olga)

    assert "Machines 0 1 1" in text(markup(client.get(APPLY)))


def test_the_page_costs_the_same_however_much_there_is(
    applicant: Client,
    make_application: Make,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    applicant.get(APPLY)
    for _ in range(5):
        make_application()

    with django_assert_num_queries(9):
        applicant.get(APPLY)


# -- whatever is sent


@given(posted=st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=300)))
def test_whatever_is_sent_is_answered(applicant: Client, posted: Any) -> None:
    assert applicant.post(APPLY, GOOD | posted).status_code in {200, 302}
    assert set(InstanceApplication.objects.values_list("status", flat=True)) <= {
        "pending"
    }


@given(query=st.dictionaries(st.sampled_from([*FIELDS, "x"]), st.text(max_size=50)))
def test_whatever_stands_in_the_address_is_answered(
    applicant: Client, query: Any
) -> None:
    assert applicant.get(APPLY, query).status_code == 200
