"""What is asked of Ganeti when a machine is reinstalled, renamed or destroyed."""

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.domain.instance import State
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import handlers, steps
from apps.ganeti.jobs.submission import NotNow
from apps.ganeti.models import Cluster, Job
from apps.ganeti.models.action_request import ActionRequest, RequestedAction
from apps.ganeti.models.job import chain_outcome
from apps.ganeti.rapi.errors import RapiConflict
from apps.ganeti.services import confirmation, lifecycle
from apps.ganeti.services.lifecycle import ActionSpec
from apps.ganeti.state import refreshing
from tests.conftest import Sent
from tests.ganeti.confirming import see_through
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import machine

pytestmark = pytest.mark.usefixtures("images")

DESTROY = ActionSpec(RequestedAction.DESTROY)
FEDORA = ActionSpec(RequestedAction.REINSTALL, image="fedora")
DEBIAN = ActionSpec(RequestedAction.REINSTALL, image="debian")
RENAME = ActionSpec(RequestedAction.RENAME, new_name="new.example.org")


def do(cluster: Cluster, spec: ActionSpec, by: Acting, name: str = "web1") -> Job:
    return confirmation.submit_without_mail(
        cluster, machine(cluster, name), spec, by=by
    )


# -- reinstall


def test_a_reinstall_carries_the_images_provider_and_parameters(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    job = do(cluster, DEBIAN, by_alice)

    call = published.jobs[0].call
    assert call.path == "/2/instances/web1/reinstall"
    assert call.body == {
        "os": "image+default",
        "osparams": {"img_id": "debian-13", "img_format": "ext4"},
        "start": True,
        "clear_osparams": True,
    }
    assert job.kind == Job.Kind.REINSTALL


def test_keys_go_to_the_image_that_takes_them(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    do(cluster, FEDORA, by_alice)

    given = published.jobs[0].call.body["osparams"]
    assert given["img_id"] == "fedora-42"
    assert given["img_ssh_key_url"].startswith("http://localhost:8000/instances/keys/")


def test_an_older_ganeti_is_not_asked_to_clear_parameters(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    published.info["software_version"] = "2.15.2"

    do(cluster, DEBIAN, by_alice)

    assert "clear_osparams" not in published.jobs[0].call.body


def test_what_the_last_image_has_left_is_taken_away_before(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    left = {"img_id": "old", "img_passwd": "secret"}
    published.change("web1", custom_osparams=left)

    job = do(cluster, FEDORA, by_alice)
    done = see_through(cluster, published)

    assert published.jobs[0].call.body["osparams"] == {"img_passwd": "default"}
    assert done == ["modify", "reinstall"]
    now = published.instances["web1"]["custom_osparams"]
    assert set(now) == {"img_id", "img_ssh_key_url"}
    assert AuditEntry.objects.get().action == "reinstall"
    assert "secret" not in str(AuditEntry.objects.get().changes) + job.reason


@pytest.mark.parametrize(("name", "starts"), [("web1", True), ("web2", False)])
def test_what_ran_runs_again_and_what_was_stopped_stays_so(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, name: str, starts: bool
) -> None:
    do(cluster, DEBIAN, by_alice, name)

    assert published.jobs[0].call.body["start"] is starts


def test_the_history_names_the_old_and_the_new_image(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    do(cluster, FEDORA, by_alice)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == ("reinstall", "image: Fedora 42")
    assert entry.changes == [["operating system", "Debian 13", "Fedora 42"]]


def test_the_image_that_was_installed_last_is_known(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, settings: Settings
) -> None:
    again = {"description": "Fedora again", "provider": "image+fedora"}
    settings.OPERATING_SYSTEMS = {**settings.OPERATING_SYSTEMS, "again": again}
    do(cluster, ActionSpec(RequestedAction.REINSTALL, image="again"), by_alice)
    see_through(cluster, published)

    now = lifecycle.current_image(machine(cluster, "web1"))

    assert now is not None
    assert now.id == "again"


def test_an_image_that_is_gone_is_not_installed(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    with pytest.raises(NotNow, match="no longer available"):
        do(cluster, ActionSpec(RequestedAction.REINSTALL, image="none"), by_alice)

    assert published.jobs == []


def test_a_machine_without_disks_is_not_reinstalled(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    published.change("web1", **{"disk.sizes": []})
    refreshing.refresh(cluster, force=True)

    with pytest.raises(NotNow, match="no disks"):
        do(cluster, DEBIAN, by_alice)


# -- rename


def test_what_runs_is_shut_down_renamed_and_started(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    do(cluster, RENAME, by_alice)
    done = see_through(cluster, published)

    assert done == ["shutdown", "rename", "startup"]
    call = published.jobs[1].call
    assert call.body == {
        "new_name": "new.example.org",
        "name_check": False,
        "ip_check": False,
    }
    now = machine(cluster, "new.example.org")
    assert (now.uuid, now.state) == ("uuid-of-web1", State.RUNNING)


def test_what_is_stopped_is_only_renamed(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    job = do(cluster, RENAME, by_alice, "web2")
    done = see_through(cluster, published)

    assert done == ["rename"]
    assert job.new_name == "new.example.org"
    assert machine(cluster, "new.example.org").state is State.STOPPED


def test_the_history_is_of_a_rename_and_ends_with_the_chain(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    do(cluster, RENAME, by_alice)
    see_through(cluster, published)

    entry = AuditEntry.objects.get()
    assert entry.action == "rename"
    assert entry.changes == [["name", "web1", "new.example.org"]]
    last = chain_outcome(entry.jobs.all())
    assert last is not None
    assert (last.kind, last.status) == (Job.Kind.STARTUP, JobStatus.SUCCESS)


def test_what_could_not_be_renamed_is_started_again(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    do(cluster, RENAME, by_alice)
    done = see_through(cluster, published, "rename")

    assert done == ["shutdown", "rename", "startup"]
    assert machine(cluster, "web1").state is State.RUNNING
    entry = AuditEntry.objects.get()
    outcome = chain_outcome(entry.jobs.all())
    assert outcome is not None
    assert (outcome.kind, outcome.status) == (Job.Kind.RENAME, JobStatus.ERROR)


def test_a_name_given_away_meanwhile_is_not_taken(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    with pytest.raises(NotNow, match="another machine"):
        do(cluster, ActionSpec(RequestedAction.RENAME, new_name="db1"), by_alice)

    assert published.jobs == []


def test_the_longest_name_fits(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    name = ".".join(["a" * 63] * 3 + ["b" * 61])

    job = do(cluster, ActionSpec(RequestedAction.RENAME, new_name=name), by_alice)

    assert (job.new_name, len(job.reason)) == (name, 255)


def test_who_asked_is_told_by_mail_that_it_failed(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, sent: Sent
) -> None:
    do(cluster, RENAME, by_alice)
    see_through(cluster, published, "rename")

    (mail,) = sent()
    assert mail.to == ["alice@example.org"]
    assert mail.subject.endswith("web1 couldn't be renamed")
    assert "/instances/athens/web1/" in str(mail.body)


def test_a_step_that_is_tried_again_is_no_news(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, sent: Sent
) -> None:
    job = do(cluster, RENAME, by_alice, "web2")
    step = steps.rename("new.example.org")
    Job.objects.update(step=step, status=JobStatus.NOT_SUBMITTED, busy_key=None)

    handlers.handle(job.pk)

    assert Job.objects.get().status == JobStatus.PLANNED
    assert sent() == []


def test_nobody_is_mailed_when_all_went_well(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, sent: Sent
) -> None:
    do(cluster, RENAME, by_alice)
    see_through(cluster, published)

    assert sent() == []


# -- destroy


def test_a_destroyed_machine_is_gone(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    do(cluster, DESTROY, by_alice)
    see_through(cluster, published)

    call = published.jobs[0].call
    assert (call.method, call.path) == ("DELETE", "/2/instances/web1")
    assert "web1" not in published.instances


def test_what_ganeti_refuses_is_no_longer_waited_for(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    published.fail_submissions(RapiConflict("The queue is full.", code=503))

    with pytest.raises(RapiConflict):
        do(cluster, DESTROY, Acting(alice))

    assert Job.objects.get().status == JobStatus.REFUSED
    assert not ActionRequest.objects.pending().exists()
