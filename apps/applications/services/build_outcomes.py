"""Handlers of build and removal jobs: the application's state, events and mails.

Each job is handled once. `states` has the whole table of transitions.
"""

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

from ..build_context import CannotBuild, cluster_of
from ..models import Event, InstanceApplication
from ..states import Status
from . import transitions
from .building import arguments

# The step that builds after a removal.
BUILD = "build_application"


def register() -> None:
    """Register the build step and the handlers with the jobs of Ganeti's app."""
    steps.register(BUILD, _build)
    handlers.on_started(Job.Kind.CREATE)(on_build_started)
    handlers.on_finished(Job.Kind.CREATE)(on_build_finished)
    handlers.on_finished(Job.Kind.DESTROY)(on_removal_finished)


def _application_of(job: Job) -> InstanceApplication | None:
    """Return the application that waits for a job, locked.

    Locked by its key alone: a search that locks also waits for rows it only passes.
    """
    unlocked = InstanceApplication.objects.filter(job=job).first()
    if unlocked is None:
        return None
    application = InstanceApplication.objects.select_for_update().get(pk=unlocked.pk)
    is_waiting = application.status in {Status.SUBMITTED, Status.PROCESSING}
    return application if is_waiting and application.job_id == job.pk else None


def on_build_started(job: Job) -> None:
    """Mark the application as being built."""
    application = _application_of(job)
    if application and application.status == Status.SUBMITTED:
        InstanceApplication.objects.advance(application, Status.PROCESSING)


def on_build_finished(job: Job) -> None:
    """Mark the application as created or failed, and mail it."""
    application = _application_of(job)
    if application is None:
        return
    if job.status == JobStatus.SUCCESS:
        _mark_created(application, job)
    else:
        _mark_failed(application, job)


def _mark_created(application: InstanceApplication, job: Job) -> None:
    _save_uuid(job)
    transitions.move(application, Status.CREATED, Event.Kind.CREATED, job=job)
    path = reverse("ganeti:instance-detail", args=(job.cluster.slug, job.target_name))
    context: dict[str, Any] = {"application": application, "path": path, "job": job}
    about = application.mail_key
    applicant = application.applicant
    Letter("applications/emails/created.txt", context, about=about).post(
        applicant.email, language=contact.language_of(applicant)
    )
    Letter("applications/emails/built.txt", context, about=about).post_to_managers()


def _save_uuid(job: Job) -> None:
    """Save the new instance's UUID, so that its history begins with its build."""
    contents = snapshots.contents_in_memory(job.cluster)
    instance = contents.instances.get(job.target_name) if contents else None
    if instance is None:
        return
    job.target_id = instance.uuid
    job.save(update_fields=["target_id"])
    if job.audit_entry:
        job.audit_entry.target_id = instance.uuid
        job.audit_entry.save(update_fields=["target_id"])


def _mark_failed(application: InstanceApplication, job: Job) -> None:
    not_submitted = job.status in {JobStatus.NOT_SUBMITTED, JobStatus.REFUSED}
    kind = Event.Kind.NOT_SUBMITTED if not_submitted else Event.Kind.FAILED
    message = job.message or str(job.get_status_display())
    transitions.move(
        application, Status.FAILED, kind, job=job, detail=message, message=message
    )
    Letter(
        "applications/emails/failed.txt",
        {"application": application, "job": job, "message": message},
        about=application.mail_key,
    ).post_to_admins()


def on_removal_finished(job: Job) -> None:
    """Plan the build when the instance left by a failed one is removed."""
    application = _application_of(job)
    if application is None:
        return
    if job.status != JobStatus.SUCCESS:
        _mark_failed(application, job)
        return
    try:
        cluster = cluster_of(application)
    except CannotBuild as exc:
        job.message = str(exc)
        _mark_failed(application, job)
        return
    step = Step(
        kind=Job.Kind.CREATE,
        call=BUILD,
        arguments={"application": application.pk},
        reason=Job.Kind.CREATE.value,
    )
    target = new_instance_target(cluster, application.hostname)
    application.job = steps.plan_new(cluster, target, step, by=_requester_of(job))
    application.save(update_fields=["job"])


def _requester_of(job: Job) -> Acting | None:
    """Return who requested a job; None if the account was deleted."""
    address = job.audit_entry.address if job.audit_entry else None
    return Acting(job.user, address) if job.user else None


def _build(
    client: RapiClient, _name: str, reason: str, parameters: steps.Arguments
) -> int:
    application = InstanceApplication.objects.get(pk=parameters["application"])
    try:
        return client.create_instance(arguments(application), reason=reason)
    except CannotBuild as exc:
        raise RapiRefused(str(exc), code=400) from exc
