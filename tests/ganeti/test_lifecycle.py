"""Jobs submitted to reinstall, rename or destroy a machine."""

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
from tests.ganeti.confirming import run_chain
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import machine

pytestmark = pytest.mark.usefixtures("images")

DESTROY = ActionSpec(RequestedAction.DESTROY)
FEDORA = ActionSpec(RequestedAction.REINSTALL, image="fedora")
DEBIAN = ActionSpec(RequestedAction.REINSTALL, image="debian")
RENAME = ActionSpec(RequestedAction.RENAME, new_name="new.example.org")


def run_action(
    cluster: Cluster, spec: ActionSpec, by: Acting, name: str = "web1"
) -> Job:
    return confirmation.submit_without_mail(
        cluster, machine(cluster, name), spec, by=by
    )


# -- reinstall


def test_a_reinstall_submits_provider_and_parameters(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    job = run_action(cluster, DEBIAN, by_alice)

    call = published.jobs[0].call
    assert call.path == "/2/instances/web1/reinstall"
    assert call.body == {
        "os": "image+default",
        "osparams": {"img_id": "debian-13", "img_format": "ext4"},
        "start": True,
        "clear_osparams": True,
    }
    assert job.kind == Job.Kind.REINSTALL


def test_a_reinstall_passes_ssh_keys_to_the_image(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    run_action(cluster, FEDORA, by_alice)

    osparams = published.jobs[0].call.body["osparams"]
    assert osparams["img_id"] == "fedora-42"
    assert osparams["img_ssh_key_url"].startswith(
        "http://localhost:8000/instances/keys/"
    )


def test_parameters_are_not_cleared_on_older_ganeti(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    published.info["software_version"] = "2.15.2"

    run_action(cluster, DEBIAN, by_alice)

    assert "clear_osparams" not in published.jobs[0].call.body


def test_parameters_of_the_previous_image_are_removed_first(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    old_parameters = {"img_id": "old", "img_passwd": "secret"}
    published.change("web1", custom_osparams=old_parameters)

    job = run_action(cluster, FEDORA, by_alice)
    actions = run_chain(cluster, published)

    assert published.jobs[0].call.body["osparams"] == {"img_passwd": "default"}
    assert actions == ["modify", "reinstall"]
    osparams = published.instances["web1"]["custom_osparams"]
    assert set(osparams) == {"img_id", "img_ssh_key_url"}
    assert AuditEntry.objects.get().action == "reinstall"
    assert "secret" not in str(AuditEntry.objects.get().changes) + job.reason


@pytest.mark.parametrize(("name", "starts"), [("web1", True), ("web2", False)])
def test_a_reinstall_starts_only_running_machines(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, name: str, starts: bool
) -> None:
    run_action(cluster, DEBIAN, by_alice, name)

    assert published.jobs[0].call.body["start"] is starts


def test_the_history_names_the_old_and_the_new_image(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    run_action(cluster, FEDORA, by_alice)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == ("reinstall", "image: Fedora 42")
    assert entry.changes == [["operating system", "Debian 13", "Fedora 42"]]


def test_the_current_image_is_the_one_installed_last(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, settings: Settings
) -> None:
    image = {"description": "Fedora again", "provider": "image+fedora"}
    settings.OPERATING_SYSTEMS = {**settings.OPERATING_SYSTEMS, "again": image}
    run_action(cluster, ActionSpec(RequestedAction.REINSTALL, image="again"), by_alice)
    run_chain(cluster, published)

    current = lifecycle.current_image(machine(cluster, "web1"))

    assert current is not None
    assert current.id == "again"


def test_a_removed_image_is_not_installed(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    with pytest.raises(NotNow, match="no longer available"):
        run_action(
            cluster, ActionSpec(RequestedAction.REINSTALL, image="none"), by_alice
        )

    assert published.jobs == []


def test_a_machine_without_disks_is_not_reinstalled(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    published.change("web1", **{"disk.sizes": []})
    refreshing.refresh(cluster, force=True)

    with pytest.raises(NotNow, match="no disks"):
        run_action(cluster, DEBIAN, by_alice)


# -- rename


def test_a_running_machine_is_shut_down_renamed_and_started(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    run_action(cluster, RENAME, by_alice)
    actions = run_chain(cluster, published)

    assert actions == ["shutdown", "rename", "startup"]
    call = published.jobs[1].call
    assert call.body == {
        "new_name": "new.example.org",
        "name_check": False,
        "ip_check": False,
    }
    instance = machine(cluster, "new.example.org")
    assert (instance.uuid, instance.state) == ("uuid-of-web1", State.RUNNING)


def test_a_stopped_machine_is_only_renamed(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    job = run_action(cluster, RENAME, by_alice, "web2")
    actions = run_chain(cluster, published)

    assert actions == ["rename"]
    assert job.new_name == "new.example.org"
    assert machine(cluster, "new.example.org").state is State.STOPPED


def test_the_history_of_a_rename_ends_with_the_last_step(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    run_action(cluster, RENAME, by_alice)
    run_chain(cluster, published)

    entry = AuditEntry.objects.get()
    assert entry.action == "rename"
    assert entry.changes == [["name", "web1", "new.example.org"]]
    outcome = chain_outcome(entry.jobs.all())
    assert outcome is not None
    assert (outcome.kind, outcome.status) == (Job.Kind.STARTUP, JobStatus.SUCCESS)


def test_a_machine_is_started_again_if_its_rename_failed(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    run_action(cluster, RENAME, by_alice)
    actions = run_chain(cluster, published, "rename")

    assert actions == ["shutdown", "rename", "startup"]
    assert machine(cluster, "web1").state is State.RUNNING
    entry = AuditEntry.objects.get()
    outcome = chain_outcome(entry.jobs.all())
    assert outcome is not None
    assert (outcome.kind, outcome.status) == (Job.Kind.RENAME, JobStatus.ERROR)


def test_a_name_in_use_is_refused(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    with pytest.raises(NotNow, match="another machine"):
        run_action(
            cluster, ActionSpec(RequestedAction.RENAME, new_name="db1"), by_alice
        )

    assert published.jobs == []


def test_the_longest_name_fits_in_job_and_reason(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    name = ".".join(["a" * 63] * 3 + ["b" * 61])

    job = run_action(
        cluster, ActionSpec(RequestedAction.RENAME, new_name=name), by_alice
    )

    assert (job.new_name, len(job.reason)) == (name, 255)


def test_the_requester_gets_a_mail_if_the_action_failed(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, sent: Sent
) -> None:
    run_action(cluster, RENAME, by_alice)
    run_chain(cluster, published, "rename")

    (mail,) = sent()
    assert mail.to == ["alice@example.org"]
    assert mail.subject.endswith("web1 couldn't be renamed")
    assert "/instances/athens/web1/" in str(mail.body)


def test_a_step_to_be_retried_sends_no_mail(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, sent: Sent
) -> None:
    job = run_action(cluster, RENAME, by_alice, "web2")
    step = steps.rename("new.example.org")
    Job.objects.update(step=step, status=JobStatus.NOT_SUBMITTED, busy_key=None)

    handlers.handle(job.pk)

    assert Job.objects.get().status == JobStatus.PLANNED
    assert sent() == []


def test_a_success_sends_no_mail(
    cluster: Cluster, published: FakeRapi, by_alice: Acting, sent: Sent
) -> None:
    run_action(cluster, RENAME, by_alice)
    run_chain(cluster, published)

    assert sent() == []


# -- destroy


def test_a_destroyed_machine_is_removed(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    run_action(cluster, DESTROY, by_alice)
    run_chain(cluster, published)

    call = published.jobs[0].call
    assert (call.method, call.path) == ("DELETE", "/2/instances/web1")
    assert "web1" not in published.instances


def test_a_refused_action_leaves_no_pending_request(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    published.fail_submissions(RapiConflict("The queue is full.", code=503))

    with pytest.raises(RapiConflict):
        run_action(cluster, DESTROY, Acting(alice))

    assert Job.objects.get().status == JobStatus.REFUSED
    assert not ActionRequest.objects.pending().exists()
