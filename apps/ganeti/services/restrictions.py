"""Lock and isolate instances, and set the network that still reaches isolated ones.

Restrictions are tags; the cluster's own hooks apply them when the instance is migrated
or started. Each function raises as `power` does and returns None if nothing changes.
"""

from django.conf import settings
from django.utils.translation import gettext_noop

from apps.accounts import contact
from apps.auditlog.entries import Acting
from apps.mails.letters import Letter

from ..domain import tags
from ..domain.instance import Instance
from ..domain.job import Step
from ..domain.tags import Subnet
from ..jobs import handlers, steps
from ..jobs.submission import Action, submit
from ..jobs.targets import instance_target
from ..models import Cluster, Job
from ..rapi.client import RapiClient
from . import availability

_FLAGS = {
    Job.Kind.LOCK: (tags.LOCKED, True),
    Job.Kind.UNLOCK: (tags.LOCKED, False),
    Job.Kind.ISOLATE: (tags.ISOLATED, True),
    Job.Kind.REJOIN: (tags.ISOLATED, False),
}
_APPLIED_BY_MIGRATION = frozenset({Job.Kind.ISOLATE, Job.Kind.REJOIN})
WHITELIST = gettext_noop("Whitelisted network")


def mark(
    kind: Job.Kind, cluster: Cluster, instance: Instance, *, by: Acting
) -> Job | None:
    """Lock, unlock, isolate or reconnect an instance, by ``kind``."""
    availability.check(kind, cluster, instance, by)
    word, is_set = _FLAGS[kind]
    if is_set == (word in instance.tags.flags):
        return None
    tag = tags.write(settings.GANETI_TAG_PREFIX, word)

    def call(client: RapiClient, reason: str) -> int:
        change = client.add_tags if is_set else client.delete_tags
        return change("instances", instance.name, [tag], reason=reason)

    then = migration_steps(instance) if kind in _APPLIED_BY_MIGRATION else []
    return submit(
        cluster, instance_target(instance), Action(kind, call, then=then), by=by
    )


def migration_steps(instance: Instance) -> list[Step]:
    """Return the migration that puts a change of tags into force, if possible.

    An instance that can't be migrated gets it at its next start.
    """
    return [steps.migrate()] if instance.migratable else []


def whitelist(
    cluster: Cluster, instance: Instance, subnet: Subnet | None, *, by: Acting
) -> Job | None:
    """Set or clear the network that may reach an isolated instance.

    The new tag is added before the old one is deleted, so that no failure loses both.
    """
    availability.check(Job.Kind.WHITELIST, cluster, instance, by)
    prefix, previous_subnet = settings.GANETI_TAG_PREFIX, instance.tags.whitelist
    new_tags = [tags.write(prefix, tags.WHITELIST, str(subnet))] if subnet else []
    current_tags = tags.matching_tags(instance.tags, prefix, tags.WHITELIST)
    old_tags = [tag for tag in current_tags if tag not in new_tags]
    if subnet == previous_subnet and (subnet or not old_tags):
        return None

    def call(client: RapiClient, reason: str) -> int:
        if new_tags:
            return client.add_tags("instances", instance.name, new_tags, reason=reason)
        return client.delete_tags("instances", instance.name, old_tags, reason=reason)

    action = Action(
        Job.Kind.WHITELIST,
        call,
        changes=[(WHITELIST, _format_subnet(previous_subnet), _format_subnet(subnet))],
        then=[
            *([steps.delete_tags(*old_tags)] if new_tags and old_tags else []),
            *migration_steps(instance),
        ],
    )
    return submit(cluster, instance_target(instance), action, by=by)


def _format_subnet(subnet: Subnet | None) -> str | None:
    return str(subnet) if subnet else None


@handlers.on_finished(Job.Kind.MIGRATE)
def mail_failed_migration(job: Job) -> None:
    """Mail the requester that a change of restrictions is not in force yet.

    The tags are set; only the migration failed that would have run the hooks.
    """
    if not job.only_migration_failed or job.user is None:
        return
    letter = Letter(
        "ganeti/emails/not_moved.txt",
        {"job": job, "message": job.message},
        about=f"job:{job.pk}",
    )
    letter.post(job.user.email, language=contact.language_of(job.user))
