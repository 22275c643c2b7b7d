"""What comes of the jobs that build: states, the story, and mails; once each."""

from typing import Any

from django.urls import reverse

from apps.accounts import contact
from apps.auditlog.entries import Acting
from apps.ganeti.domain.job import JobStatus, Step
from apps.ganeti.jobs import handlers, steps
from apps.ganeti.jobs.targets import new_instance_target
from apps.ganeti.models import Job
from apps.ganeti.rapi.client import RapiClient
from apps.ganeti.rapi.errors import RapiRefused
from apps.ganeti.state import snapshots
from apps.mails.letters import Letter

from ..build_context import CannotTell, cluster_of
from ..models import Event, InstanceApplication
from ..states import Status
from . import transitions
from .building import arguments

# The step that builds what was waiting for a removal.
BUILD = "build_application"


def register() -> None:
    """Tell Ganeti's app what it cannot know: how to build, and what then."""
    steps.register(BUILD, _build)
    handlers.on_started(Job.Kind.CREATE)(_started)
    handlers.on_finished(Job.Kind.CREATE)(_built)
    handlers.on_finished(Job.Kind.DESTROY)(_removed)


def _of(job: Job) -> InstanceApplication | None:
    """Return the application that waits for a job, locked.

    By its key alone: a search that locks waits for rows of others on its way.
    """
    waits = InstanceApplication.objects.filter(job=job).first()
    if waits is None:
        return None
    found = InstanceApplication.objects.select_for_update().get(pk=waits.pk)
    waiting = found.status in {Status.SUBMITTED, Status.PROCESSING}
    return found if waiting and found.job_id == job.pk else None


def _started(job: Job) -> None:
    application = _of(job)
    if application and application.status == Status.SUBMITTED:
        InstanceApplication.objects.advance(application, Status.PROCESSING)


def _built(job: Job) -> None:
    application = _of(job)
    if application is None:
        return
    if job.status == JobStatus.SUCCESS:
        _succeeded(application, job)
    else:
        _failed(application, job)


def _succeeded(application: InstanceApplication, job: Job) -> None:
    _remember_uuid(job)
    transitions.move(application, Status.CREATED, Event.Kind.CREATED, job=job)
    path = reverse("ganeti:instance-detail", args=(job.cluster.slug, job.target_name))
    said: dict[str, Any] = {"application": application, "path": path, "job": job}
    about = application.mail_key
    applicant = application.applicant
    Letter("applications/emails/created.txt", said, about=about).post(
        applicant.email, language=contact.language_of(applicant)
    )
    Letter("applications/emails/built.txt", said, about=about).post_to_managers()


def _remember_uuid(job: Job) -> None:
    """Have the new instance's history begin with how it was built."""
    contents = snapshots.contents_in_memory(job.cluster)
    instance = contents.instances.get(job.target_name) if contents else None
    if instance is None:
        return
    job.target_id = instance.uuid
    job.save(update_fields=["target_id"])
    if job.audit_entry:
        job.audit_entry.target_id = instance.uuid
        job.audit_entry.save(update_fields=["target_id"])


def _failed(application: InstanceApplication, job: Job) -> None:
    never = job.status in {JobStatus.NOT_SUBMITTED, JobStatus.REFUSED}
    kind = Event.Kind.NOT_SUBMITTED if never else Event.Kind.FAILED
    message = job.message or str(job.get_status_display())
    transitions.move(
        application, Status.FAILED, kind, job=job, detail=message, message=message
    )
    Letter(
        "applications/emails/failed.txt",
        {"application": application, "job": job, "message": message},
        about=application.mail_key,
    ).post_to_admins()


def _removed(job: Job) -> None:
    """Go on to build when what a failed build had left is gone."""
    application = _of(job)
    if application is None:
        return
    if job.status != JobStatus.SUCCESS:
        _failed(application, job)
        return
    try:
        cluster = cluster_of(application)
    except CannotTell as exc:
        job.message = str(exc)
        _failed(application, job)
        return
    step = Step(
        kind=Job.Kind.CREATE,
        call=BUILD,
        arguments={"application": application.pk},
        reason=Job.Kind.CREATE.value,
    )
    target = new_instance_target(cluster, application.hostname)
    application.job = steps.plan_new(cluster, target, step, by=_who_asked_for(job))
    application.save(update_fields=["job"])


def _who_asked_for(job: Job) -> Acting | None:
    """Return who asked for a job; None: somebody whose account is gone."""
    address = job.audit_entry.address if job.audit_entry else None
    return Acting(job.user, address) if job.user else None


def _build(
    client: RapiClient, _name: str, reason: str, step_arguments: steps.Arguments
) -> int:
    application = InstanceApplication.objects.get(pk=step_arguments["application"])
    try:
        return client.create_instance(arguments(application), reason=reason)
    except CannotTell as exc:
        raise RapiRefused(str(exc), code=400) from exc
