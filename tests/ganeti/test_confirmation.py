"""Links that confirm irreversible actions: validity, users, machines."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.auditlog.models import AuditEntry
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import handlers
from apps.ganeti.models import Cluster, Job
from apps.ganeti.models.action_request import ActionRequest
from apps.ganeti.rapi.errors import RapiConflict, RapiUnreachable
from apps.ganeti.services import confirmation
from apps.ganeti.state import refreshing
from apps.mails.models import Mail
from apps.mails.one_time_keys import hash_of
from tests.conftest import Sent
from tests.ganeti.confirming import link_for
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text, url

pytestmark = pytest.mark.usefixtures("images")


def submitted(rapi: FakeRapi) -> list[str]:
    return [job.call.path for job in rapi.jobs]


# -- use


def test_opening_the_link_describes_the_action_without_running_it(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    entry_count = AuditEntry.objects.count()

    response = client.get(link)

    page_text = text(markup(response))
    for word in ("Destroy web1?", "10 GiB", "192.0.2.10", "Destroy now"):
        assert word in page_text
    assert published.jobs == []
    assert AuditEntry.objects.count() == entry_count
    assert "no-store" in response.headers["Cache-Control"]


def test_confirming_submits_the_job_and_shows_the_machine(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)

    response = client.post(link, follow=True)

    assert response.redirect_chain == [(url("detail"), 302)]
    assert notices(response)[-1] == "Destroying… web1"
    assert submitted(published) == ["/2/instances/web1"]
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["ask_destroy", "destroy"]


def test_login_redirects_back_to_the_link(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    client.logout()

    response = client.get(link)

    assert response.status_code == 302
    assert link in response.headers["Location"]


def test_the_link_works_once(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    client.post(link)
    second = client.post(link)
    get_response = client.get(link)

    assert [second.status_code, get_response.status_code] == [410, 410]
    assert "Already confirmed" in text(markup(second))
    assert len(published.jobs) == 1


def test_a_request_is_used_by_only_one_of_two_clicks(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    link_for(client, alice, sent)
    request = ActionRequest.objects.get()
    ActionRequest.objects.update(used_at=timezone.now())  # by another request
    job = Job.objects.create(cluster=cluster, key=Job.new_key(), target_name="web1")

    with pytest.raises(confirmation.RequestInvalid):
        confirmation._mark_used(request, job)


def test_the_database_stores_only_a_hash_of_the_key(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    key = link.split("/")[-3]

    row = ActionRequest.objects.values().get()

    assert row["key_hash"] == hash_of(key)
    assert key not in str(row)
    assert key not in str(list(Mail.objects.values())), "forgotten once sent"


# -- users


@pytest.mark.usefixtures("published")
def test_another_users_link_is_not_found_and_its_use_recorded(
    client: Client, alice: User, root: User, sent: Sent, settings: Settings
) -> None:
    """A user must not trick an administrator into confirming a request."""
    settings.MANAGERS = [("Manager", "manager@example.org")]
    link = link_for(client, alice, sent)
    client.force_login(root)

    get_response = client.get(link)
    assert not AuditEntry.objects.filter(refused=True).exists()
    post_response = client.post(link)

    assert [get_response.status_code, post_response.status_code] == [404, 404]
    assert "web1" not in markup(post_response)
    assert not Job.objects.exists()
    entry = AuditEntry.objects.get(refused=True)
    assert (entry.username, entry.action, entry.target_name) == (
        "root",
        "destroy",
        "web1",
    )
    assert "sent to another user" in str(sent()[-1].body)
    client.force_login(alice)
    assert client.get(link).status_code == 200, "not used up"


@pytest.mark.parametrize("change", ["x{}", "{}x"])
def test_an_incomplete_link_is_explained(
    client: Client, alice: User, published: FakeRapi, sent: Sent, change: str
) -> None:
    key = link_for(client, alice, sent).split("/")[-3]

    response = client.get(
        reverse("ganeti:request-confirm", args=(change.format(key), "destroy"))
    )

    assert response.status_code == 404
    assert "Copy the whole link" in text(markup(response))


@pytest.mark.parametrize("action", ["reinstall", "rename", "shutdown"])
def test_a_link_is_valid_for_its_action_only(
    client: Client, alice: User, published: FakeRapi, sent: Sent, action: str
) -> None:
    link = link_for(client, alice, sent).replace("/destroy/", f"/{action}/")

    assert client.post(link).status_code == 404
    assert published.jobs == []


def test_a_former_owner_cannot_confirm(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    published.change("web1", tags=["ganetimgr:user:carol"])  # not refreshed yet

    response = client.post(link)

    assert response.status_code == 404
    assert published.jobs == []
    assert AuditEntry.objects.get(refused=True).target_name == "web1"


def test_a_lock_since_the_last_refresh_is_respected(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    published.change("web1", tags=["ganetimgr:user:alice", "ganetimgr:adminlock"])

    response = client.post(link)
    get_response = client.get(link)

    assert response.status_code == 403
    assert "locked by staff" in text(markup(response))
    assert "locked by staff" in text(markup(get_response))
    assert "Destroy now" not in text(markup(get_response))
    assert published.jobs == []
    assert ActionRequest.objects.pending().exists()


# -- machines


def test_a_rename_invalidates_the_link(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    row = published.instances.pop("web1")
    published.instances["web9"] = row | {"name": "web9"}
    refreshing.refresh(cluster, force=True)

    response = client.post(link)

    assert response.status_code == 410
    assert "has since been renamed" in text(markup(response))
    assert url("destroy", "web9") in markup(response)
    assert published.jobs == []


@pytest.mark.parametrize("refreshed", [True, False])
def test_another_machine_of_the_same_name_is_not_touched(
    client: Client,
    alice: User,
    cluster: Cluster,
    published: FakeRapi,
    sent: Sent,
    refreshed: bool,
) -> None:
    link = link_for(client, alice, sent)
    published.change("web1", uuid="another")
    if refreshed:
        refreshing.refresh(cluster, force=True)

    response = client.post(link)

    assert response.status_code == 410
    assert "Another machine is now called web1" in text(markup(response))
    assert published.jobs == []


def test_a_removed_machine_is_reported(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    del published.instances["web1"]
    refreshing.refresh(cluster, force=True)

    response = client.get(link)

    assert response.status_code == 410
    assert "The machine web1 no longer exists" in text(markup(response))


def test_a_disabled_cluster_keeps_the_link_valid(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    Cluster.objects.update(disabled=True)

    assert client.post(link).status_code == 503
    Cluster.objects.update(disabled=False)
    assert client.get(link).status_code == 200


# -- expiry


def test_an_expired_link_points_to_the_form(
    client: Client, alice: User, published: FakeRapi, sent: Sent, settings: Settings
) -> None:
    settings.INSTANCE_ACTION_ACTIVE_DAYS = 3
    link = link_for(client, alice, sent)
    request = ActionRequest.objects.get()
    assert request.expires_at - request.asked_at == timedelta(days=3)
    ActionRequest.objects.update(expires_at=timezone.now())

    response = client.post(link)

    assert response.status_code == 410
    assert "The link expired: it was valid until" in text(markup(response))
    assert url("destroy") in markup(response)
    assert published.jobs == []


def test_a_newer_request_for_the_same_cancels_the_older_one(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    older = link_for(client, alice, sent, "rename", new_name="a.example.org")
    other = link_for(client, alice, sent, "destroy")
    newer = link_for(client, alice, sent, "rename", new_name="b.example.org")

    statuses = [client.get(link).status_code for link in (older, other, newer)]

    assert statuses == [410, 200, 200]
    assert "Only the newest link works" in text(markup(client.get(older)))


def test_old_requests_are_deleted(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link_for(client, alice, sent)

    confirmation.delete_old(timezone.now() + timedelta(days=60))
    assert ActionRequest.objects.exists()
    confirmation.delete_old(timezone.now() + timedelta(days=200))
    assert not ActionRequest.objects.exists()


# -- failed submissions


def test_a_busy_machine_keeps_the_link_valid(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    client.post(url("reboot"))

    response = client.post(link, follow=True)

    assert response.redirect_chain == [(link, 302)]
    assert "The link is still valid" in notices(response)[-1]
    assert submitted(published) == ["/2/instances/web1/reboot"]
    assert ActionRequest.objects.get().pending


@pytest.mark.parametrize("phase", ["refreshing", "submitting"])
def test_an_unreachable_cluster_keeps_the_link_valid(
    client: Client, alice: User, published: FakeRapi, sent: Sent, phase: str
) -> None:
    link = link_for(client, alice, sent)
    if phase == "refreshing":
        published.go_down()
    else:
        unreachable = RapiUnreachable("It refused the connection.", sent=False)
        published.fail_submissions(unreachable)

    response = client.post(link, follow=True)
    assert response.status_code == 200
    assert "nothing was done" in notices(response)[-1]
    assert ActionRequest.objects.get().pending

    published.come_back()
    published.accept_submissions()
    client.post(link)
    assert submitted(published) == ["/2/instances/web1"]


def test_a_refusal_by_ganeti_keeps_the_link_valid(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    published.fail_submissions(RapiConflict("The queue is full.", code=503))

    client.post(link)

    assert Job.objects.get().status == JobStatus.REFUSED
    assert ActionRequest.objects.get().pending


def test_a_process_that_dies_before_submission_keeps_the_link_valid(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    link_for(client, alice, sent)
    job = Job.objects.create(
        key=Job.new_key(),
        cluster=cluster,
        kind=Job.Kind.DESTROY,
        target_name="web1",
        status=JobStatus.NOT_SUBMITTED,
    )
    ActionRequest.objects.update(used_at=timezone.now(), job=job)

    handlers.handle(job.pk)

    assert ActionRequest.objects.get().pending


def test_a_job_in_doubt_uses_up_the_link(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    no_response = RapiUnreachable("No answer.", sent=True)
    published.fail_submissions(no_response, arrived=True)

    response = client.post(link, follow=True)

    assert "We're checking" in notices(response)[-1]
    assert client.get(link).status_code == 410
