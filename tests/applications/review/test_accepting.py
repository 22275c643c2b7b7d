"""Reviewing: the options of a cluster, and accepting within its limits."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.models import Organization
from apps.applications.models import Event, InstanceApplication
from apps.applications.services import reviewing
from apps.applications.states import Status
from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster, Network
from apps.ganeti.state import refreshing
from tests.applications.conftest import Make
from tests.applications.review.sending import address, checked, errors, fresh, post
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, text
from tests.ganeti.placement import ipolicy

PANEL = reverse("applications:panel")

# -- the page


@pytest.mark.usefixtures("offering")
def test_the_page_shows_the_request_and_the_options_of_the_cluster(
    reviewer: Client, application: InstanceApplication
) -> None:
    application.comments = "For the <b>wiki</b>"
    application.save()

    page = markup(reviewer.get(address(application)))

    assert "For the &lt;b&gt;wiki&lt;/b&gt;" in page
    assert 'value="1024"' in page
    content = text(page)
    assert "Under maintenance." in content
    assert "All addresses are in use." in content
    assert "free memory: 64 GiB, up to 32 on one node" in content
    assert "10 addresses free, 246 in use, routed to-public" in content


@pytest.mark.usefixtures("offering")
def test_the_page_calls_no_cluster_and_takes_few_queries(
    reviewer: Client,
    application: InstanceApplication,
    offering: FakeRapi,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    reviewer.get(address(application))

    with django_assert_max_num_queries(14):
        reviewer.get(address(application))

    assert offering.calls == []


@pytest.mark.usefixtures("offering")
def test_the_panel_takes_few_queries(
    reviewer: Client,
    application: InstanceApplication,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    parameters = {"cluster": "athens", "application": str(application.pk)}

    with django_assert_max_num_queries(9):
        response = reviewer.get(PANEL, parameters)

    assert "All addresses are in use." in text(markup(response))


@pytest.mark.usefixtures("offering")
def test_the_panel_validates_the_entered_values(reviewer: Client) -> None:
    parameters = {"cluster": "athens", "memory_mib": "70000", "node_group": "default"}

    content = text(markup(reviewer.get(PANEL, parameters)))

    assert "Memory must be from 128 to 65536 MiB here." in content


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize("pk", ["", "x", "²", "9" * 30, "0"])
def test_the_panel_works_without_an_application(reviewer: Client, pk: str) -> None:
    parameters = {"cluster": "athens", "application": pk, "vcpus": "²"}

    assert reviewer.get(PANEL, parameters).status_code == 200


@pytest.mark.usefixtures("offering")
def test_an_unavailable_cluster_shows_the_reason(
    reviewer: Client, cluster: Cluster, application: InstanceApplication
) -> None:
    Cluster.objects.update(disable_instance_creation=True)

    content = text(markup(reviewer.get(PANEL, {"cluster": "athens"})))

    assert "This cluster isn't accepting new machines." in content
    response = post(reviewer, application, "accept")
    assert "It doesn't accept new machines." in errors(response)


@pytest.mark.usefixtures("offering")
def test_the_requested_network_is_preselected(
    reviewer: Client, cluster: Cluster, make_application: Make
) -> None:
    Cluster.objects.update(use_gnt_network=False)
    for name in ("br1", "br2"):
        Network.objects.create(
            cluster=cluster, description=name, link=name, mode="bridged"
        )
    application = make_application(network=Network.objects.get(link="br2"))

    page = reviewer.get(address(application))

    assert checked(page, "nic_network") == ["bridged:br2"]


@pytest.mark.usefixtures("offering")
def test_input_is_kept_without_javascript(
    reviewer: Client, application: InstanceApplication
) -> None:
    response = post(
        reviewer, application, "show", memory_mib="4096", hostname="other name"
    )

    page = markup(response)
    assert response.status_code == 200
    assert 'value="4096"' in page
    assert 'value="other name"' in page
    assert "field-error" not in page
    assert fresh(application).status == Status.PENDING


# -- accepting


@pytest.mark.usefixtures("offering")
def test_accepting_submits_to_the_cluster(
    reviewer: Client, rhea: User, application: InstanceApplication, rapi: FakeRapi
) -> None:
    response = post(
        reviewer, application, "accept", memory_mib="2048", admin_comments="Fine."
    )

    assert response.status_code == 302
    stored = fresh(application)
    assert (stored.status, stored.reviewer) == (Status.SUBMITTED, rhea)
    assert (stored.memory_mib, stored.admin_comments) == (2048, "Fine.")
    assert (stored.node_group, stored.nic_network) == ("default", "public")
    assert (stored.disk_template, stored.volume_group) == ("plain", "fast")
    (job,) = rapi.jobs
    assert job.call.body["instance_name"] == application.hostname


@pytest.mark.usefixtures("offering")
def test_events_and_audit_log_record_the_changes(
    reviewer: Client, rhea: User, application: InstanceApplication
) -> None:
    post(reviewer, application, "accept", memory_mib="2048", vcpus="4")

    accepted = application.events.get(kind=Event.Kind.ACCEPTED)
    assert accepted.user == rhea
    assert ["memory_mib", "1024", "2048"] in accepted.changes
    assert ["cluster", None, "athens"] in accepted.changes
    assert "disk_gib" not in {change[0] for change in accepted.changes}
    entry = AuditEntry.objects.get(action=reviewing.ACCEPT)
    assert entry.target_name == application.hostname
    assert ["vcpus", "2", "4"] in entry.changes


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"memory_mib": "x"}, "whole number"),
        ({"memory_mib": "0"}, "greater than or equal to 1"),
        ({"memory_mib": "70000"}, "Memory must be from 128 to 65536 MiB here."),
        ({"vcpus": "17"}, "1 to 16 vCPUs"),
        ({"disk_gib": "2000"}, "A disk must be from"),
        ({"hostname": "nodots"}, "fully qualified"),
        ({"operating_system": "gone"}, "not one of the available choices"),
        ({"cluster": ""}, "Choose a cluster."),
        ({"cluster": "sparta", "shown": "sparta"}, "This cluster doesn't exist."),
        ({"shown": "sparta"}, "Choose from this cluster's options"),
        ({"shown": None}, "Choose from this cluster's options"),
        ({"node_group": "spare"}, "Under maintenance."),
        ({"node_group": "nowhere"}, "one of the available choices"),
        ({"nic_network": "full"}, "All addresses are in use."),
        ({"nic_network": "bridged:br0"}, "one of the available choices"),
        ({"nic_network": None}, "Choose an option."),
        ({"storage": "file"}, "one of the available choices"),
        ({"storage": "ext:mine"}, "one of the available choices"),
        ({"storage": None}, "Choose an option."),
        ({"volume_group": "slow"}, "one of the available choices"),
        ({"organization": "77"}, "not one of the available choices"),
    ],
)
def test_choices_are_validated_against_the_cluster(
    reviewer: Client,
    application: InstanceApplication,
    rapi: FakeRapi,
    changes: dict[str, Any],
    error: str,
) -> None:
    """Regression: fields were checked against the posted values themselves."""
    response = post(reviewer, application, "accept", **changes)

    assert response.status_code == 400
    assert error in errors(response)
    assert fresh(application).status == Status.PENDING
    assert rapi.jobs == []


@pytest.mark.usefixtures("offering")
def test_the_name_of_a_machine_is_refused(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi, cluster: Cluster
) -> None:
    rapi.add(application.hostname)
    refreshing.refresh(cluster, force=True)

    response = post(reviewer, application, "accept")

    assert "this name already exists" in errors(response)


@pytest.mark.usefixtures("offering")
def test_the_name_of_another_application_is_refused(
    reviewer: Client, application: InstanceApplication, make_application: Make
) -> None:
    other = make_application()

    response = post(reviewer, application, "accept", hostname=other.hostname)

    assert "Another application requests this name." in errors(response)


@pytest.mark.usefixtures("offering")
def test_a_volume_group_is_stored_only_for_templates_that_have_one(
    reviewer: Client,
    application: InstanceApplication,
    rapi: FakeRapi,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rapi.info["enabled_disk_templates"] = ["file"]
    rapi.groups["default"]["ipolicy"] = ipolicy("file")
    monkeypatch.setattr(refreshing, "SLOW_EVERY", timedelta(0))
    refreshing.refresh(cluster, force=True)

    post(reviewer, application, "accept", storage="file")

    assert fresh(application).volume_group == ""


@pytest.mark.usefixtures("offering")
def test_organization_and_mail_server_can_be_changed(
    reviewer: Client, application: InstanceApplication
) -> None:
    lab = Organization.objects.create(title="Lab", tag="lab")

    post(reviewer, application, "accept", organization=lab.pk, hosts_mail_server="on")

    stored = fresh(application)
    assert (stored.organization, stored.hosts_mail_server) == (lab, True)


# -- permissions


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize(
    ("name", "status"),
    [("carol", 404), ("olga", 404), ("alice", 403), ("vera", 403), ("root", 200)],
)
def test_only_reviewers_decide(
    client: Client,
    application: InstanceApplication,
    carol: User,
    olga: User,
    vera: User,
    root: User,
    name: str,
    status: int,
) -> None:
    client.force_login(User.objects.get(username=name))

    assert client.get(address(application)).status_code == status
    assert not AuditEntry.objects.filter(refused=True).exists()
    assert post(client, application, "show").status_code == status

    assert AuditEntry.objects.filter(refused=True).exists() == (status != 200)
    assert client.get(PANEL).status_code == (200 if name == "root" else 403)


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize(
    ("name", "setting", "status"),
    [("rhea", False, 403), ("rhea", True, 200), ("root", False, 200)],
)
def test_reviewers_decide_about_their_own_only_if_the_setting_allows_it(
    client: Client,
    make_application: Make,
    rhea: User,
    root: User,
    settings: Settings,
    name: str,
    setting: bool,
    status: int,
) -> None:
    settings.REVIEW_OWN_APPLICATIONS = setting
    user = User.objects.get(username=name)
    application = make_application(applicant=user)
    client.force_login(user)

    assert client.get(address(application)).status_code == status
    assert post(client, application, "show").status_code == status
    detail = reverse("applications:detail", args=[application.pk])
    offers = address(application) in markup(client.get(detail))
    assert offers == (status == 200)


@pytest.mark.usefixtures("cluster")
def test_a_missing_application_is_not_found(reviewer: Client) -> None:
    assert reviewer.get("/application/77/review/").status_code == 404
