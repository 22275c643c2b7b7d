"""Reviewers look, try, accept, refuse and discard; nobody decides twice."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts import people
from apps.accounts.models import Organization
from apps.applications import reviewing, story
from apps.applications.models import Event, InstanceApplication
from apps.applications.states import REVIEWABLE, Status
from apps.auditlog.models import AuditEntry
from apps.ganeti import refreshing
from apps.ganeti.models import Cluster, Job, Network
from apps.ganeti.rapi.errors import RapiRefused
from tests.applications.conftest import Make
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text
from tests.ganeti.test_placement import ipolicy, pool

Sent = Callable[[], list[EmailMessage]]
PANEL = reverse("applications:panel")


@pytest.fixture(autouse=True)
def image(settings: Settings) -> None:
    settings.OPERATING_SYSTEMS = {
        "debian": {"description": "Debian 12", "provider": "image+default"}
    }


@pytest.fixture
def offering(cluster: Cluster, rapi: FakeRapi) -> FakeRapi:
    """Return Ganeti with two groups, one of them locked, and two networks."""
    rapi.groups["default"]["tags"] = ["vg:fast"]
    rapi.groups["default"]["ipolicy"] = ipolicy()
    rapi.networks = [pool("full", "default", free=0), pool("public", "default")]
    assert refreshing.refresh(cluster, force=True)
    rapi.calls.clear()
    return rapi


@pytest.fixture
def reviewer(client: Client, rhea: User) -> Client:
    client.force_login(rhea)
    return client


def address(application: InstanceApplication) -> str:
    return reverse("applications:review", args=[application.pk])


def wanted(application: InstanceApplication, **changes: Any) -> dict[str, Any]:
    """Return what a reviewer sends who agrees, but for changes."""
    return {
        "hostname": application.hostname,
        "memory_mib": application.memory_mib,
        "vcpus": application.vcpus,
        "disk_gib": application.disk_gib,
        "operating_system": application.operating_system,
        "cluster": "athens",
        "shown": "athens",
        "node_group": "default",
        "nic_network": "public",
        "storage": "plain",
        "volume_group": "fast",
        "version": reviewing.version_of(application),
        **changes,
    }


def post(
    client: Client, application: InstanceApplication, do: str, **changes: Any
) -> HttpResponseBase:
    sent = wanted(application, do=do, **changes)
    given = {name: value for name, value in sent.items() if value is not None}
    return client.post(address(application), given)


def errors(response: HttpResponseBase) -> str:
    found = re.findall(r'class="field-error">(.*?)</div>', markup(response), re.DOTALL)
    return " ".join(text(each) for each in found)


def checked(response: HttpResponseBase, name: str) -> list[str]:
    found = re.findall(
        rf'name="{name}" value="([^"]*)"[^>]*?\schecked', markup(response)
    )
    return list(found)


def fresh(application: InstanceApplication) -> InstanceApplication:
    return InstanceApplication.objects.get(pk=application.pk)


# -- the page


@pytest.mark.usefixtures("offering")
def test_the_page_shows_what_was_asked_for_and_where_it_could_be(
    reviewer: Client, application: InstanceApplication
) -> None:
    application.comments = "For the <b>wiki</b>"
    application.save()

    page = markup(reviewer.get(address(application)))

    assert "For the &lt;b&gt;wiki&lt;/b&gt;" in page
    assert 'value="1024"' in page
    said = text(page)
    assert "Under maintenance." in said
    assert "All its addresses are taken." in said
    assert "memory free: 64 GiB, 32 on one node" in said
    assert "10 addresses free, 246 taken, routed to-public" in said


@pytest.mark.usefixtures("offering")
def test_the_page_asks_no_cluster_and_costs_little(
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
def test_the_panel_costs_little(
    reviewer: Client,
    application: InstanceApplication,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    given = {"cluster": "athens", "application": application.pk}

    with django_assert_max_num_queries(9):
        response = reviewer.get(PANEL, given)

    assert "All its addresses are taken." in text(markup(response))


@pytest.mark.usefixtures("offering")
def test_the_panel_follows_what_is_typed(reviewer: Client) -> None:
    given = {"cluster": "athens", "memory_mib": "70000", "node_group": "default"}

    said = text(markup(reviewer.get(PANEL, given)))

    assert "Memory must be from 128 to 65536 MiB here." in said


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize("pk", ["", "x", "²", "9" * 30, "0"])
def test_the_panel_does_without_an_application(reviewer: Client, pk: str) -> None:
    given = {"cluster": "athens", "application": pk, "vcpus": "²"}

    assert reviewer.get(PANEL, given).status_code == 200


@pytest.mark.usefixtures("offering")
def test_a_cluster_that_is_off_says_why(
    reviewer: Client, cluster: Cluster, application: InstanceApplication
) -> None:
    Cluster.objects.update(disable_instance_creation=True)

    said = text(markup(reviewer.get(PANEL, {"cluster": "athens"})))

    assert "Nothing can be built on this cluster now." in said
    response = post(reviewer, application, "accept")
    assert "It takes no new machines." in errors(response)


@pytest.mark.usefixtures("offering")
def test_the_network_that_was_asked_for_is_marked(
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
def test_without_javascript_what_was_typed_stays(
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
def test_accepting_hands_it_to_the_cluster(
    reviewer: Client, rhea: User, application: InstanceApplication, rapi: FakeRapi
) -> None:
    response = post(
        reviewer, application, "accept", memory_mib="2048", admin_comments="Fine."
    )

    assert response.status_code == 302
    found = fresh(application)
    assert (found.status, found.reviewer) == (Status.SUBMITTED, rhea)
    assert (found.memory_mib, found.admin_comments) == (2048, "Fine.")
    assert (found.node_group, found.nic_network) == ("default", "public")
    assert (found.disk_template, found.volume_group) == ("plain", "fast")
    (job,) = rapi.jobs
    assert job.call.body["instance_name"] == application.hostname


@pytest.mark.usefixtures("offering")
def test_the_story_and_the_audit_log_say_what_was_changed(
    reviewer: Client, rhea: User, application: InstanceApplication
) -> None:
    post(reviewer, application, "accept", memory_mib="2048", vcpus="4")

    accepted = application.events.get(kind=Event.Kind.ACCEPTED)
    assert accepted.user == rhea
    assert ["memory_mib", "1024", "2048"] in accepted.changes
    assert ["cluster", None, "athens"] in accepted.changes
    assert "disk_gib" not in {change[0] for change in accepted.changes}
    entry = AuditEntry.objects.get(action=reviewing.ACCEPT)
    assert entry.instance == application.hostname
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
        ({"hostname": "nodots"}, "whole name"),
        ({"operating_system": "gone"}, "not one of the available choices"),
        ({"cluster": ""}, "Choose a cluster."),
        ({"cluster": "sparta", "shown": "sparta"}, "There is no such cluster."),
        ({"shown": "sparta"}, "Choose from what this cluster offers"),
        ({"shown": None}, "Choose from what this cluster offers"),
        ({"node_group": "spare"}, "Under maintenance."),
        ({"node_group": "nowhere"}, "none of the choices"),
        ({"nic_network": "full"}, "All its addresses are taken."),
        ({"nic_network": "bridged:br0"}, "none of the choices"),
        ({"nic_network": None}, "Choose one of these."),
        ({"storage": "file"}, "none of the choices"),
        ({"storage": "ext:mine"}, "none of the choices"),
        ({"storage": None}, "Choose one of these."),
        ({"volume_group": "slow"}, "none of the choices"),
        ({"organization": "77"}, "not one of the available choices"),
    ],
)
def test_choices_are_held_against_what_the_cluster_has(
    reviewer: Client,
    application: InstanceApplication,
    rapi: FakeRapi,
    changes: dict[str, Any],
    error: str,
) -> None:
    """Never again: review fields were checked against the posted values themselves."""
    response = post(reviewer, application, "accept", **changes)

    assert response.status_code == 400
    assert error in errors(response)
    assert fresh(application).status == Status.PENDING
    assert rapi.jobs == []


@pytest.mark.usefixtures("offering")
def test_a_name_that_a_machine_has_is_refused(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi, cluster: Cluster
) -> None:
    rapi.add(application.hostname)
    refreshing.refresh(cluster, force=True)

    response = post(reviewer, application, "accept")

    assert "has this name already" in errors(response)


@pytest.mark.usefixtures("offering")
def test_a_name_that_another_asks_for_is_refused(
    reviewer: Client, application: InstanceApplication, make_application: Make
) -> None:
    other = make_application()

    response = post(reviewer, application, "accept", hostname=other.hostname)

    assert "Another application asks for this name." in errors(response)


@pytest.mark.usefixtures("offering")
def test_a_volume_group_goes_with_templates_that_have_one(
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
def test_organization_and_mail_server_can_be_decided(
    reviewer: Client, application: InstanceApplication
) -> None:
    lab = Organization.objects.create(title="Lab", tag="lab")

    post(reviewer, application, "accept", organization=lab.pk, hosts_mail_server="on")

    found = fresh(application)
    assert (found.organization, found.hosts_mail_server) == (lab, True)


# -- once


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize("do", ["accept", "try", "refuse", "discard"])
@pytest.mark.parametrize("status", [each for each in Status if each not in REVIEWABLE])
def test_what_was_decided_is_not_decided_again(
    reviewer: Client, make_application: Make, rapi: FakeRapi, do: str, status: Status
) -> None:
    """Never again: a finished application could be accepted again."""
    application = make_application(status=status)

    response = post(reviewer, application, do, refusal_reason="No.")

    assert response.status_code in {400, 409}
    assert fresh(application).status == status
    assert rapi.jobs == []
    assert reviewer.get(address(application)).status_code == 200


@pytest.mark.usefixtures("offering")
def test_the_second_of_two_reviewers_is_told_of_the_first(
    reviewer: Client, root: User, application: InstanceApplication, rapi: FakeRapi
) -> None:
    first = Client()
    first.force_login(root)
    post(first, application, "refuse", refusal_reason="No.")

    response = post(reviewer, application, "accept")

    assert response.status_code == 409
    assert "refused by root" in text(markup(response))
    assert rapi.jobs == []


@pytest.mark.usefixtures("offering")
def test_who_looks_at_old_news_is_told_and_keeps_what_was_typed(
    reviewer: Client, root: User, application: InstanceApplication
) -> None:
    old = reviewing.version_of(application)
    story.move(application, Status.APPROVED, Event.Kind.ACCEPTED, by=root)
    story.move(application, Status.FAILED, Event.Kind.FAILED, message="No room")

    response = post(reviewer, application, "accept", version=old, memory_mib="4096")

    page = markup(response)
    assert response.status_code == 409
    assert "accepted by root" in text(page)
    assert 'value="4096"' in page
    assert fresh(application).status == Status.FAILED
    assert post(reviewer, fresh(application), "accept").status_code == 302


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize("version", ["", "nonsense", "2020-01-01T00:00:00"])
def test_without_a_true_version_nothing_is_decided(
    reviewer: Client, application: InstanceApplication, version: str
) -> None:
    response = post(reviewer, application, "accept", version=version)

    assert response.status_code == 409


# -- failed ones


@pytest.mark.usefixtures("offering")
def test_what_the_cluster_does_not_take_is_not_lost(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi
) -> None:
    rapi.fail_submissions(RapiRefused("The queue is full", code=503))

    response = post(reviewer, application, "accept", memory_mib="2048")
    page = reviewer.get(response["Location"])

    found = fresh(application)
    assert (found.status, found.memory_mib) == (Status.FAILED, 2048)
    assert "The queue is full" in " ".join(notices(page))
    assert "Submit again" in text(markup(page))
    assert checked(page, "nic_network") == ["public"]

    rapi.accept_submissions()
    post(reviewer, found, "accept")
    assert fresh(application).status == Status.SUBMITTED


@pytest.mark.usefixtures("offering")
def test_what_a_failed_build_left_is_named_and_no_bar(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi, cluster: Cluster
) -> None:
    InstanceApplication.objects.update(status=Status.FAILED, cluster=cluster)
    rapi.add(application.hostname, tags=[f"ganetimgr:application:{application.pk}"])
    refreshing.refresh(cluster, force=True)
    failed = fresh(application)

    page = text(markup(reviewer.get(address(failed))))
    assert f"has left {failed.hostname} on athens" in page

    renamed = post(reviewer, failed, "accept", hostname="else.example.org")
    assert "left a machine of the old name" in errors(renamed)
    assert post(reviewer, failed, "accept").status_code == 302


@pytest.mark.usefixtures("offering")
def test_what_was_accepted_and_never_submitted_can_be_submitted(
    reviewer: Client, make_application: Make, cluster: Cluster, rapi: FakeRapi
) -> None:
    application = make_application(
        status=Status.APPROVED, cluster=cluster, disk_template="plain"
    )

    assert "Submit it now" in text(markup(reviewer.get(address(application))))
    reviewer.post(address(application), {"do": "submit"})

    assert fresh(application).status == Status.SUBMITTED
    assert len(rapi.jobs) == 1


# -- trying


@pytest.mark.usefixtures("offering")
def test_a_trial_asks_ganeti_and_changes_nothing(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi
) -> None:
    response = post(reviewer, application, "try", memory_mib="2048")

    page = markup(response)
    (job,) = rapi.jobs
    assert job.call.query["dry-run"] == 1
    assert job.call.body["beparams"]["memory"] == 2048
    assert (fresh(application).status, fresh(application).memory_mib) == (
        Status.PENDING,
        1024,
    )
    assert "is trying it out" in page
    assert 'value="2048"' in page
    trial = Job.objects.get(kind=Job.Kind.TRY_CREATE)
    assert reverse("applications:trial", args=[trial.key]) in page


def _ended(message: str = "", status: str = "error") -> Job:
    trial = Job.objects.get(kind=Job.Kind.TRY_CREATE)
    trial.status, trial.message = status, message
    trial.save()
    return trial


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        (
            "Request failed: Group default (preferred): No valid allocation FailMem: 3",
            "No node has enough memory free.",
        ),
        (
            "Instance allocation to group x violates policy: disk-size/0 value 2",
            "It is smaller or larger than the node group's policy allows.",
        ),
        (
            "Instance 'a.b' is already in the cluster",
            "A machine of this name is on the cluster already.",
        ),
        ("Something <else>", "Look at what it says."),
    ],
)
def test_a_trial_says_in_words_what_ganeti_says(
    reviewer: Client, application: InstanceApplication, message: str, meaning: str
) -> None:
    post(reviewer, application, "try")
    trial = _ended(message)

    part = reviewer.get(reverse("applications:trial", args=[trial.key]))

    said = text(markup(part))
    assert "would not build" in said
    assert meaning in said
    assert message in said
    assert "every 1s" not in markup(part)


@pytest.mark.usefixtures("offering")
def test_without_javascript_the_trial_is_looked_at_again(
    reviewer: Client, application: InstanceApplication
) -> None:
    post(reviewer, application, "try", memory_mib="2048")
    trial = _ended(status="success")

    page = markup(
        post(reviewer, application, "show", memory_mib="2048", trial=trial.key)
    )

    assert "would build" in page
    assert 'value="2048"' in page


@pytest.mark.usefixtures("offering")
def test_a_trial_that_is_not_taken_says_so(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi
) -> None:
    rapi.go_down()

    response = post(reviewer, application, "try")

    assert "It could not be tried out: It refuses connections." in text(
        markup(response)
    )


@pytest.mark.usefixtures("offering")
def test_other_jobs_are_no_trials(
    reviewer: Client, application: InstanceApplication
) -> None:
    post(reviewer, application, "accept")
    job = Job.objects.get()

    response = reviewer.get(reverse("applications:trial", args=[job.key]))

    assert response.status_code == 404


# -- refusing and discarding


@pytest.mark.usefixtures("offering")
def test_a_refusal_is_mailed_with_its_reason_in_the_applicants_language(
    reviewer: Client, application: InstanceApplication, alice: User, sent: Sent
) -> None:
    people.remember_language(alice, "en")

    post(
        reviewer,
        application,
        "refuse",
        refusal_reason="No <room> & no time",
        admin_comments="Ask again in May.",
    )

    (mail,) = sent()
    assert mail.to == [alice.email]
    assert "was refused" in mail.subject
    assert "No <room> & no time" in str(mail.body)
    assert "May" not in str(mail.body)
    found = fresh(application)
    assert (found.status, found.refusal_reason) == (
        Status.REFUSED,
        "No <room> & no time",
    )
    assert found.admin_comments == "Ask again in May."


@pytest.mark.usefixtures("offering")
def test_a_refusal_needs_a_reason(
    reviewer: Client, application: InstanceApplication, sent: Sent
) -> None:
    response = post(reviewer, application, "refuse", refusal_reason=" ", vcpus="3")

    assert response.status_code == 400
    assert "Give a reason" in errors(response)
    assert 'value="3"' in markup(response)
    assert sent() == []


@pytest.mark.usefixtures("offering")
def test_what_is_discarded_is_told_nobody(
    reviewer: Client, application: InstanceApplication, sent: Sent
) -> None:
    post(reviewer, application, "discard")

    assert fresh(application).status == Status.DISCARDED
    assert application.events.get().kind == Event.Kind.DISCARDED
    assert AuditEntry.objects.get().action == reviewing.DISCARD
    assert sent() == []


# -- who may


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


@pytest.mark.usefixtures("cluster")
def test_an_application_that_is_not_there_is_not_found(reviewer: Client) -> None:
    assert reviewer.get("/application/77/review/").status_code == 404
