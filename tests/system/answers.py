"""Functions that tests call in a process inside the product; see inside.py."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.utils import timezone

from apps.applications.models import InstanceApplication
from apps.applications.services import building
from apps.applications.states import Status, TooLate
from apps.auditlog import digest
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.domain.network import GanetiNetwork
from apps.ganeti.jobs import handlers
from apps.ganeti.jobs.submission import ActionRefused, NotNow
from apps.ganeti.models import Cluster, ClusterRefresh, Job, WatcherBeat
from apps.ganeti.rapi.errors import RapiError
from apps.ganeti.services import power
from apps.ganeti.state import refreshing, snapshots
from apps.mails.models import Mail
from apps.work.models import Failure


def set_up(port: int, fingerprint: str) -> None:
    """Add the users and the cluster."""
    User.objects.create_superuser("root", password="root")
    User.objects.create_user("alice", password="alice")
    olga = User.objects.create_user("olga", password="olga")
    olga.user_permissions.add(Permission.objects.get(codename="view_instances"))
    cluster = Cluster(
        hostname="127.0.0.1",
        port=port,
        slug="lab",
        username="ganetimgr",
        verification=Cluster.Verify.FINGERPRINT,
        fingerprint=fingerprint,
    )
    cluster.password = "secret"
    cluster.save()


def submit(kind: str, name: str, username: str = "alice") -> dict[str, Any]:
    """Submit a power action as a user; return the job's key and the error, if any."""
    cluster = Cluster.objects.get(slug="lab")
    by = Acting(User.objects.get(username=username))
    [snapshot] = snapshots.current([cluster])
    assert snapshot.contents, "the cluster has no snapshot"
    error = ""
    try:
        getattr(power, kind)(cluster, snapshot.contents.instances[name], by=by)
    except (RapiError, ActionRefused, NotNow) as exc:
        error = type(exc).__name__
    return {"pk": latest_job_pk(name), "error": error}


def latest_job_pk(name: str) -> int:
    """Return the primary key of an instance's latest job, 0 if there is none."""
    job_row = Job.objects.filter(target_name=name).order_by("-pk").first()
    return job_row.pk if job_row else 0


def job(pk: int) -> dict[str, Any]:
    """Return a job with its audit entry, and how often its end was handled."""
    row = Job.objects.select_related("audit_entry").get(pk=pk)
    return {
        "status": row.status,
        "unfinished": row.unfinished,
        "handled": row.handled_at is not None,
        "follower": row.follower,
        "instance": row.target_name,
        "busy": row.busy_key is not None,
        "ganeti_id": row.ganeti_id,
        "recorded": row.audit_entry.action if row.audit_entry else None,
        "counted": AuditEntry.objects.filter(action="counted", detail=str(pk)).count(),
    }


def jobs_in(status: str) -> int:
    return Job.objects.filter(status=status).count()


def known_states() -> dict[str, str]:
    """Return the states of the instances in this process's snapshot, by name."""
    [snapshot] = snapshots.current(Cluster.objects.filter(slug="lab"))
    if snapshot.contents is None:
        return {}
    return {
        instance.name: instance.state
        for instance in snapshot.contents.instances.values()
    }


def refresh(name: str) -> None:
    """Refresh an instance, as after a job."""
    refreshing.refresh_instances(Cluster.objects.get(slug="lab"), [name])


def forget() -> None:
    """Clear the memory, as in a process that has just started."""
    snapshots.clear_memory()


def refresh_state() -> dict[str, Any]:
    """Return the state of the cluster's refresh."""
    state = ClusterRefresh.objects.get(cluster__slug="lab")
    at = state.refreshed_at
    return {
        "failures": state.failures,
        "holder": state.holder,
        "refreshed_at": at.timestamp() if at else 0.0,
    }


def watchers() -> list[str]:
    return list(WatcherBeat.objects.values_list("name", flat=True))


def last_beat() -> float:
    """Return the time of the latest watcher beat."""
    latest_beat = WatcherBeat.newest()
    return latest_beat.timestamp() if latest_beat else 0.0


def refusals(name: str) -> list[str]:
    """Return user and action of each refusal on an instance."""
    entries = AuditEntry.objects.filter(target_name=name, refused=True)
    return [f"{entry.username} {entry.action}" for entry in entries]


# -- applications


def accept(name: str, image: str, **changes: Any) -> int:
    """File and accept an application of alice's, for the lab; return its key."""
    alice = User.objects.get(username="alice")
    alice.email = "alice@example.org"
    alice.save()
    fields: dict[str, Any] = {
        "applicant": alice,
        "hostname": name,
        "memory_mib": 64,
        "vcpus": 1,
        "disk_gib": 1,
        "operating_system": image,
        "cluster": Cluster.objects.get(slug="lab"),
        "disk_template": "file",
        "status": Status.APPROVED,
    }
    return InstanceApplication.objects.create(**fields | changes).pk


def build(pk: int) -> str:
    """Submit an application as root; return the error, "" if there is none."""
    application = InstanceApplication.objects.get(pk=pk)
    try:
        building.submit(application, by=Acting(User.objects.get(username="root")))
    except (building.NotSubmitted, TooLate) as exc:
        return str(exc) or type(exc).__name__
    return ""


def accept_again(pk: int, **changes: Any) -> None:
    application = InstanceApplication.objects.get(pk=pk)
    InstanceApplication.objects.advance(application, Status.APPROVED, **changes)


def application(pk: int) -> dict[str, Any]:
    """Return an application with its events and the recipients of its mails."""
    row = InstanceApplication.objects.select_related("job").get(pk=pk)
    mails = Mail.objects.filter(about=row.mail_key)
    return {
        "status": row.status,
        "message": row.message,
        "job": row.job_id,
        "job_status": row.job.status if row.job else "",
        "events": [event.kind for event in row.events.all()],
        "leftovers": [instance.name for instance in building.left_behind(row)],
        "mails": sorted(mail.recipient for mail in mails),
        "unsent": mails.filter(sent_at=None).count(),
    }


def learn_network(name: str) -> None:
    """Drop the snapshot until it has a network, which is refreshed rarely.

    The watcher may publish its old snapshot once more meanwhile.
    """
    cluster = Cluster.objects.get(slug="lab")
    while not any(network.name == name for network in known_networks(cluster)):
        cache.clear()
        snapshots.clear_memory()
        refreshing.refresh(cluster, force=True)


def known_networks(cluster: Cluster) -> tuple[GanetiNetwork, ...]:
    contents = snapshots.current([cluster])[0].contents
    return contents.networks if contents else ()


def send_mail_now() -> None:
    """Make all pending mails due, as the button of the administration does."""
    Mail.objects.waiting().update(due_at=timezone.now())


def retry_now(pk: int) -> None:
    """Make the failed handlers of a job due."""
    Failure.objects.filter(chore=handlers.failure_key(pk)).update(
        next_at=timezone.now()
    )


def make_digest_due() -> None:
    """Backdate the last digest of refusals, which an earlier test may have caused."""
    long_ago = timezone.now() - digest.PAUSE
    Mail.objects.about(digest.ABOUT).update(created_at=long_ago)


def waiting_mails() -> list[str]:
    """Return the subjects of the mails that are not sent yet, newest first."""
    return list(Mail.objects.waiting().values_list("subject", flat=True))
