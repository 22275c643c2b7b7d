"""The link that does what cannot be undone: once, for whom, on which machine."""

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


# -- it works


def test_opening_the_link_changes_nothing_and_says_what_it_does(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    before = AuditEntry.objects.count()

    answer = client.get(link)

    said = text(markup(answer))
    for word in ("Destroy web1?", "10 GiB", "192.0.2.10", "Destroy now"):
        assert word in said
    assert published.jobs == []
    assert AuditEntry.objects.count() == before
    assert "no-store" in answer.headers["Cache-Control"]


def test_confirmed_it_is_done_and_followed_on_the_machines_page(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)

    answer = client.post(link, follow=True)

    assert answer.redirect_chain == [(url("detail"), 302)]
    assert notices(answer)[-1] == "Destroying… web1"
    assert submitted(published) == ["/2/instances/web1"]
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["ask_destroy", "destroy"]


def test_who_is_not_logged_in_comes_back_to_the_link(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    client.logout()

    answer = client.get(link)

    assert answer.status_code == 302
    assert link in answer.headers["Location"]


def test_the_link_works_once(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    client.post(link)
    again = client.post(link)
    seen = client.get(link)

    assert [again.status_code, seen.status_code] == [410, 410]
    assert "Already confirmed" in text(markup(again))
    assert len(published.jobs) == 1


def test_of_two_clicks_at_once_one_finds_it_used(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    link_for(client, alice, sent)
    asked = ActionRequest.objects.get()
    ActionRequest.objects.update(used_at=timezone.now())  # by the other click
    job = Job.objects.create(cluster=cluster, key=Job.new_key(), target_name="web1")

    with pytest.raises(confirmation.RequestInvalid):
        confirmation._mark_used(asked, job)


def test_a_table_that_is_read_gives_no_link_away(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    key = link.split("/")[-3]

    row = ActionRequest.objects.values().get()

    assert row["key_hash"] == hash_of(key)
    assert key not in str(row)
    assert key not in str(list(Mail.objects.values())), "forgotten once sent"


# -- for whom it works


@pytest.mark.usefixtures("published")
def test_somebody_elses_link_is_no_link_and_its_use_is_recorded(
    client: Client, alice: User, root: User, sent: Sent, settings: Settings
) -> None:
    """An administrator who follows a stranger's link must do nothing by it."""
    settings.MANAGERS = [("Manager", "manager@example.org")]
    link = link_for(client, alice, sent)
    client.force_login(root)

    opened = client.get(link)
    assert not AuditEntry.objects.filter(refused=True).exists()
    used = client.post(link)

    assert [opened.status_code, used.status_code] == [404, 404]
    assert "web1" not in markup(used)
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
def test_a_link_cut_or_torn_is_explained(
    client: Client, alice: User, published: FakeRapi, sent: Sent, change: str
) -> None:
    key = link_for(client, alice, sent).split("/")[-3]

    answer = client.get(
        reverse("ganeti:request-confirm", args=(change.format(key), "destroy"))
    )

    assert answer.status_code == 404
    assert "Copy the whole link" in text(markup(answer))


@pytest.mark.parametrize("action", ["reinstall", "rename", "shutdown"])
def test_a_link_does_what_it_was_mailed_for_and_nothing_else(
    client: Client, alice: User, published: FakeRapi, sent: Sent, action: str
) -> None:
    link = link_for(client, alice, sent).replace("/destroy/", f"/{action}/")

    assert client.post(link).status_code == 404
    assert published.jobs == []


def test_who_lost_the_machine_meanwhile_may_do_nothing_to_it(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    published.change("web1", tags=["ganetimgr:user:carol"])  # not refreshed yet

    answer = client.post(link)

    assert answer.status_code == 404
    assert published.jobs == []
    assert AuditEntry.objects.get(refused=True).target_name == "web1"


def test_a_lock_of_a_second_ago_counts(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    published.change("web1", tags=["ganetimgr:user:alice", "ganetimgr:adminlock"])

    answer = client.post(link)
    seen = client.get(link)

    assert answer.status_code == 403
    assert "locked by staff" in text(markup(answer))
    assert "locked by staff" in text(markup(seen))
    assert "Destroy now" not in text(markup(seen))
    assert published.jobs == []
    assert ActionRequest.objects.pending().exists()


# -- on which machine


def test_a_machine_renamed_meanwhile_makes_it_void(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    row = published.instances.pop("web1")
    published.instances["web9"] = row | {"name": "web9"}
    refreshing.refresh(cluster, force=True)

    answer = client.post(link)

    assert answer.status_code == 410
    assert "has since been renamed" in text(markup(answer))
    assert url("destroy", "web9") in markup(answer)
    assert published.jobs == []


@pytest.mark.parametrize("known", [True, False])
def test_another_machine_of_its_name_is_not_touched(
    client: Client,
    alice: User,
    cluster: Cluster,
    published: FakeRapi,
    sent: Sent,
    known: bool,
) -> None:
    link = link_for(client, alice, sent)
    published.change("web1", uuid="another")
    if known:
        refreshing.refresh(cluster, force=True)

    answer = client.post(link)

    assert answer.status_code == 410
    assert "Another machine is now called web1" in text(markup(answer))
    assert published.jobs == []


def test_a_machine_that_is_gone_is_said_to_be(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    del published.instances["web1"]
    refreshing.refresh(cluster, force=True)

    answer = client.get(link)

    assert answer.status_code == 410
    assert "The machine web1 no longer exists" in text(markup(answer))


def test_a_cluster_out_of_service_is_no_reason_to_forget_the_wish(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    Cluster.objects.update(disabled=True)

    assert client.post(link).status_code == 503
    Cluster.objects.update(disabled=False)
    assert client.get(link).status_code == 200


# -- until when


def test_an_expired_link_says_so_and_where_to_ask_again(
    client: Client, alice: User, published: FakeRapi, sent: Sent, settings: Settings
) -> None:
    settings.INSTANCE_ACTION_ACTIVE_DAYS = 3
    link = link_for(client, alice, sent)
    asked = ActionRequest.objects.get()
    assert asked.expires_at - asked.asked_at == timedelta(days=3)
    ActionRequest.objects.update(expires_at=timezone.now())

    answer = client.post(link)

    assert answer.status_code == 410
    assert "The link expired: it was valid until" in text(markup(answer))
    assert url("destroy") in markup(answer)
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


def test_old_requests_are_forgotten(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link_for(client, alice, sent)

    confirmation.delete_old(timezone.now() + timedelta(days=60))
    assert ActionRequest.objects.exists()
    confirmation.delete_old(timezone.now() + timedelta(days=200))
    assert not ActionRequest.objects.exists()


# -- not now: nothing is used up


def test_a_busy_machine_is_not_interrupted(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    client.post(url("reboot"))

    answer = client.post(link, follow=True)

    assert answer.redirect_chain == [(link, 302)]
    assert "The link is still valid" in notices(answer)[-1]
    assert submitted(published) == ["/2/instances/web1/reboot"]
    assert ActionRequest.objects.get().pending


@pytest.mark.parametrize("when", ["refreshing", "submitting"])
def test_a_cluster_that_is_away_uses_nothing_up(
    client: Client, alice: User, published: FakeRapi, sent: Sent, when: str
) -> None:
    link = link_for(client, alice, sent)
    if when == "refreshing":
        published.go_down()
    else:
        gone = RapiUnreachable("It refused the connection.", sent=False)
        published.fail_submissions(gone)

    answer = client.post(link, follow=True)
    assert answer.status_code == 200
    assert "nothing was done" in notices(answer)[-1]
    assert ActionRequest.objects.get().pending

    published.come_back()
    published.accept_submissions()
    client.post(link)
    assert submitted(published) == ["/2/instances/web1"]


def test_what_ganeti_does_not_take_uses_nothing_up(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    published.fail_submissions(RapiConflict("The queue is full.", code=503))

    client.post(link)

    assert Job.objects.get().status == JobStatus.REFUSED
    assert ActionRequest.objects.get().pending


def test_the_death_of_a_process_in_between_uses_nothing_up(
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


def test_when_nobody_knows_whether_it_arrived_it_is_used(
    client: Client, alice: User, published: FakeRapi, sent: Sent
) -> None:
    link = link_for(client, alice, sent)
    lost = RapiUnreachable("No answer.", sent=True)
    published.fail_submissions(lost, after=True)

    answer = client.post(link, follow=True)

    assert "We're checking" in notices(answer)[-1]
    assert client.get(link).status_code == 410
