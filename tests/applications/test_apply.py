"""Applying for a machine: options, validation and mails."""

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
from tests.ganeti.pages import markup, notices, parsed, text, text_of

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


def set_profile(user: User, **fields: Any) -> None:
    Profile.objects.update_or_create(user=user, defaults=fields)


def errors(response: HttpResponseBase) -> dict[str, list[str]]:
    form = response.context["form"]  # type: ignore[attr-defined]  # of the client
    return {
        name: [str(message) for message in messages]
        for name, messages in form.errors.items()
    }


# -- filing


def test_an_application_is_filed_as_it_was_typed(
    applicant: Client, alice: User
) -> None:
    response = applicant.post(APPLY, GOOD | {"hosts_mail_server": "on"})

    application = InstanceApplication.objects.get()
    assert isinstance(response, HttpResponse)
    assert response["Location"] == reverse("applications:detail", args=[application.pk])
    assert (application.applicant, application.status) == (alice, Status.PENDING)
    assert application.hostname == application.name_claim == "new1.example.org"
    assert (application.memory_mib, application.vcpus, application.disk_gib) == (
        2048,
        2,
        20,
    )
    assert application.operating_system == "debian"
    assert application.hosts_mail_server
    assert application.comments == "For the shop."
    assert application.contact_name == "Alice Liddell"


def test_filing_is_audited_and_makes_an_event(applicant: Client, alice: User) -> None:
    applicant.post(APPLY, GOOD)

    entry, event = AuditEntry.objects.get(), Event.objects.get()
    assert (entry.action, entry.target_name) == ("apply", "new1.example.org")
    assert entry.user == event.user == alice
    assert event.kind == Event.Kind.FILED


def test_managers_are_mailed_a_link(
    applicant: Client, sent: Callable[[], list[EmailMessage]], settings: Settings
) -> None:
    settings.SITE_URL = "https://vps.example.org"
    applicant.post(APPLY, GOOD)

    (mail,) = sent()
    application = InstanceApplication.objects.get()
    assert mail.to == [MANAGER]
    assert Mail.objects.get().about == application.mail_key
    assert "new1.example.org" in mail.subject
    assert "For the shop." in mail.body
    assert f"https://vps.example.org/application/{application.pk}/" in mail.body


def test_pages_call_no_cluster(applicant: Client, published: FakeRapi) -> None:
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


def test_values_of_the_profile_are_not_overwritten(
    applicant: Client, alice: User, organization: Organization
) -> None:
    other = Organization.objects.create(title="Another", tag="another")
    set_profile(alice, phone="1", organization=other)

    applicant.post(APPLY, GOOD | {"organization": organization.pk})

    profile = Profile.objects.get(user=alice)
    assert (profile.phone, profile.organization) == ("1", other)


def test_the_phone_of_another_contact_does_not_get_into_the_profile(
    applicant: Client, alice: User
) -> None:
    applicant.post(APPLY, GOOD | {"contact_email": "bob@example.org"})

    assert Profile.objects.get(user=alice).phone == ""


# -- the host name


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("web1", "fully qualified"),
        ("192.0.2.1", "host name"),
        ("web_1.example.org", "letters a to z"),
        ("", "required"),
    ],
)
def test_an_invalid_name_is_refused_at_its_field(
    applicant: Client, typed: str, message: str
) -> None:
    response = applicant.post(APPLY, GOOD | {"hostname": typed})

    assert message in " ".join(errors(response)["hostname"])
    assert not InstanceApplication.objects.exists()


def test_input_is_kept(applicant: Client) -> None:
    page = markup(applicant.post(APPLY, GOOD | {"hostname": "web1"}))

    assert 'value="web1"' in page
    assert "For the shop." in page
    assert '<option value="2048" selected>' in page


def test_the_name_of_any_machine_is_taken(
    applicant: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.add("db1.example.org", tags=["ganetimgr:user:dave"])
    refreshing.refresh(cluster, force=True)

    response = applicant.post(APPLY, GOOD | {"hostname": "DB1.example.org."})

    assert errors(response) == {
        "hostname": ["A machine with this name already exists."]
    }


def test_a_requested_name_is_taken(
    applicant: Client, make_application: Make, bob: User
) -> None:
    make_application(hostname="new1.example.org", applicant=bob)

    response = applicant.post(APPLY, GOOD)

    assert "already requested" in errors(response)["hostname"][0]


def test_sending_the_form_twice_is_reported(applicant: Client) -> None:
    applicant.post(APPLY, GOOD)
    response = applicant.post(APPLY, GOOD)

    assert "already applied" in errors(response)["hostname"][0]
    assert InstanceApplication.objects.count() == 1


def test_the_second_of_two_concurrent_requests_is_refused_at_the_field(
    applicant: Client, make_application: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_application(hostname="new1.example.org")
    monkeypatch.setattr(hostnames, "check", lambda *_, **__: HostnameStatus())

    response = applicant.post(APPLY, GOOD)

    assert list(errors(response)) == ["hostname"]
    assert InstanceApplication.objects.count() == 1
    assert not AuditEntry.objects.exists()


def test_a_filing_that_came_second_leaves_no_trace(
    make_application: Make,
    by_alice: Acting,
    sent: Callable[[], list[EmailMessage]],
) -> None:
    first = make_application()
    values = {"hostname": first.hostname, "memory_mib": 1, "vcpus": 1, "disk_gib": 1}

    with pytest.raises(NameTaken):
        filing.file(values, by=by_alice)

    assert sent() == []
    assert not AuditEntry.objects.exists()


def test_an_application_is_filed_while_the_mail_server_is_down(
    applicant: Client, settings: Settings
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "192.0.2.1", 1

    assert applicant.post(APPLY, GOOD).status_code == 302
    assert InstanceApplication.objects.count() == 1


def test_a_cluster_that_is_down_is_reported_and_does_not_block(
    applicant: Client, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)

    page = text(markup(applicant.get(APPLY)))
    response = applicant.post(APPLY, GOOD, follow=True)

    assert "The cluster athens isn't responding." in page
    assert InstanceApplication.objects.exists()
    assert any("available on athens" in notice for notice in notices(response))


# -- options


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


def test_an_image_that_is_not_offered_is_refused(applicant: Client) -> None:
    response = applicant.post(APPLY, GOOD | {"operating_system": "windows"})

    assert list(errors(response)) == ["operating_system"]


def test_no_operating_system_is_a_choice(applicant: Client) -> None:
    applicant.post(APPLY, GOOD | {"operating_system": ""})

    assert InstanceApplication.objects.get().operating_system == ""


def test_networks_of_the_users_groups_are_offered(
    applicant: Client, alice: User, network: Network
) -> None:
    alice.groups.add(Group.objects.create(name="lab"))
    network.groups.set(alice.groups.all())

    assert "Lab (athens)" in markup(applicant.get(APPLY))
    applicant.post(APPLY, GOOD | {"network": network.pk})

    assert InstanceApplication.objects.get().network == network


def test_a_network_that_is_not_offered_is_refused(
    applicant: Client, alice: User, network: Network
) -> None:
    """Regression: any network could be attached by its number."""
    offered = Network.objects.create(
        cluster=network.cluster, description="Mine", link="br2", mode="bridged"
    )
    group = Group.objects.create(name="lab")
    alice.groups.add(group)
    offered.groups.add(group)

    response = applicant.post(APPLY, GOOD | {"network": network.pk})

    assert list(errors(response)) == ["network"]
    assert not InstanceApplication.objects.exists()


def test_a_network_is_ignored_if_none_is_offered(
    applicant: Client, network: Network
) -> None:
    assert 'name="network"' not in markup(applicant.get(APPLY))

    applicant.post(APPLY, GOOD | {"network": network.pk})

    assert InstanceApplication.objects.get().network is None


@pytest.mark.parametrize(
    "change", [{"disabled": True}, {"disable_instance_creation": 1}]
)
def test_a_network_of_an_unavailable_cluster_is_not_offered(
    applicant: Client, alice: User, network: Network, change: dict[str, Any]
) -> None:
    group = Group.objects.create(name="lab")
    alice.groups.add(group)
    network.groups.add(group)
    Cluster.objects.update(**change)

    assert not applying.networks_of(alice).exists()


# -- organization and contact


def set_branding(settings: Settings, *, organization: bool, contact: bool) -> None:
    settings.BRANDING = settings.BRANDING | {
        "SHOW_ORGANIZATION_FORM": organization,
        "SHOW_ADMINISTRATIVE_FORM": contact,
    }


NO_CONTACT = {"contact_name": "", "contact_email": "", "contact_phone": ""}


def test_an_organization_or_a_contact_is_needed(
    applicant: Client, organization: Organization
) -> None:
    assert list(errors(applicant.post(APPLY, GOOD | NO_CONTACT))) == ["organization"]

    for fields in ({"organization": organization.pk, **NO_CONTACT}, {}):
        assert applicant.post(APPLY, GOOD | fields).status_code == 302
        InstanceApplication.objects.all().delete()


def test_a_contact_is_needed_where_there_is_no_organization(
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
def test_a_contact_needs_a_name_and_a_phone_or_mail_address(
    applicant: Client, typed: dict[str, str], field: str
) -> None:
    assert list(errors(applicant.post(APPLY, GOOD | typed))) == [field]


def test_hidden_parts_of_the_form_are_neither_shown_nor_stored(
    applicant: Client, organization: Organization, settings: Settings
) -> None:
    set_branding(settings, organization=False, contact=False)

    page = markup(applicant.get(APPLY))
    applicant.post(APPLY, GOOD | {"organization": organization.pk})

    application = InstanceApplication.objects.get()
    assert 'name="organization"' not in page
    assert 'name="contact_name"' not in page
    assert (application.organization, application.contact_name) == (None, "")


@pytest.mark.parametrize(("organization", "contact"), [(True, False), (False, True)])
def test_a_single_part_of_the_form_is_optional(
    applicant: Client, settings: Settings, organization: bool, contact: bool
) -> None:
    Organization.objects.create(title="The Shop", tag="shop")
    set_branding(settings, organization=organization, contact=contact)

    assert applicant.post(APPLY, GOOD | NO_CONTACT).status_code == 302


def test_the_terms_have_to_be_accepted(applicant: Client) -> None:
    response = applicant.post(APPLY, {k: v for k, v in GOOD.items() if k != "terms"})

    assert list(errors(response)) == ["terms"]


def test_terms_are_not_required_where_there_are_none(
    applicant: Client, settings: Settings
) -> None:
    settings.FLATPAGES = settings.FLATPAGES | {"TOS": False}

    assert 'name="terms"' not in markup(applicant.get(APPLY))
    assert applicant.post(APPLY, GOOD | {"terms": ""}).status_code == 302


def test_the_form_starts_with_the_applicants_profile(
    applicant: Client, alice: User, organization: Organization
) -> None:
    set_profile(alice, phone="210", organization=organization)

    page = markup(applicant.get(APPLY))

    assert f'<option value="{organization.pk}" selected>' in page
    assert 'value="alice@example.org"' in page
    assert 'value="210"' in page


def test_only_applicants_without_ssh_keys_are_warned(
    applicant: Client, alice: User
) -> None:
    assert "no SSH keys" in markup(applicant.get(APPLY))

    SshKey.objects.create(owner=alice, key="ssh-ed25519 AAAA", fingerprint="x")

    assert "no SSH keys" not in markup(applicant.get(APPLY))


# -- the total


def test_the_total_is_shown(applicant: Client, make_application: Make) -> None:
    make_application(memory_mib=4096, vcpus=4, disk_gib=50)
    make_application(status=Status.REFUSED, memory_mib=8192)

    page = markup(applicant.get(APPLY, {"memory_mib": "2048", "vcpus": "8"}))

    rows = parsed(page).select('tr:has(> th[scope="row"])')
    assert [text_of(row) for row in rows] == [
        "Machines 4 1 1 6",
        "Memory, GiB 4 4 2 10",
        "vCPUs 4 4 8 16",
        "Disk, GiB 40 50 5 95",
    ]


def test_htmx_gets_only_the_total(applicant: Client) -> None:
    page = markup(applicant.get(APPLY, headers={"HX-Request": "true"}))

    assert page.lstrip().startswith("<aside")


def test_the_total_of_a_viewer_counts_only_her_own_machines(
    client: Client, olga: User, published: FakeRapi
) -> None:
    client.force_login(olga)

    assert "Machines 0 1 1" in text(markup(client.get(APPLY)))


def test_the_number_of_queries_does_not_grow_with_applications(
    applicant: Client,
    make_application: Make,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    applicant.get(APPLY)
    for _ in range(5):
        make_application()

    with django_assert_num_queries(9):
        applicant.get(APPLY)


# -- any input


@given(posted=st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=300)))
def test_any_form_data_is_answered(applicant: Client, posted: Any) -> None:
    assert applicant.post(APPLY, GOOD | posted).status_code in {200, 302}
    assert set(InstanceApplication.objects.values_list("status", flat=True)) <= {
        "pending"
    }


@given(query=st.dictionaries(st.sampled_from([*FIELDS, "x"]), st.text(max_size=50)))
def test_any_query_is_answered(applicant: Client, query: Any) -> None:
    assert applicant.get(APPLY, query).status_code == 200
