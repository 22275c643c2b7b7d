"""Lock an instance, cut it off from the network, say who still reaches it.

All of it is in tags, on which the cluster's own hooks act when the instance is moved
or started. Each raises as `power` does and returns None where nothing is to be done.
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
_MOVES = frozenset({Job.Kind.ISOLATE, Job.Kind.REJOIN})
WHITELIST = gettext_noop("Whitelisted network")


def mark(
    kind: Job.Kind, cluster: Cluster, instance: Instance, *, by: Acting
) -> Job | None:
    """Lock, unlock, isolate or let back, as ``kind`` says."""
    availability.check(kind, cluster, instance, by)
    word, wanted = _FLAGS[kind]
    if wanted == (word in instance.tags.flags):
        return None
    tag = tags.write(settings.GANETI_TAG_PREFIX, word)

    def call(client: RapiClient, reason: str) -> int:
        change = client.add_tags if wanted else client.delete_tags
        return change("instances", instance.name, [tag], reason=reason)

    then = moves(instance) if kind in _MOVES else []
    return submit(
        cluster, instance_target(instance), Action(kind, call, then=then), by=by
    )


def moves(instance: Instance) -> list[Step]:
    """Return the move after which the change is in force; none if there can be none.

    It is in force at the next start then.
    """
    return [steps.migrate()] if instance.migratable else []


def whitelist(
    cluster: Cluster, instance: Instance, wanted: Subnet | None, *, by: Acting
) -> Job | None:
    """Let one network reach an instance that is cut off from all others, or none.

    The new one comes before the old one goes, so that no failure loses both.
    """
    availability.check(Job.Kind.WHITELIST, cluster, instance, by)
    prefix, before = settings.GANETI_TAG_PREFIX, instance.tags.whitelist
    new = [tags.write(prefix, tags.WHITELIST, str(wanted))] if wanted else []
    there = tags.matching_tags(instance.tags, prefix, tags.WHITELIST)
    old = [tag for tag in there if tag not in new]
    if wanted == before and (wanted or not old):
        return None

    def call(client: RapiClient, reason: str) -> int:
        change, what = (client.add_tags, new) if new else (client.delete_tags, old)
        return change("instances", instance.name, what, reason=reason)

    action = Action(
        Job.Kind.WHITELIST,
        call,
        changes=[(WHITELIST, _written(before), _written(wanted))],
        then=[*([steps.delete_tags(*old)] if new and old else []), *moves(instance)],
    )
    return submit(cluster, instance_target(instance), action, by=by)


def _written(subnet: Subnet | None) -> str | None:
    return str(subnet) if subnet else None


@handlers.on_finished(Job.Kind.MIGRATE)
def tell_of_no_move(job: Job) -> None:
    """Write to whoever changed something that it is not in force yet.

    The tags are as wanted; only the move failed that was to make hooks run.
    """
    if not job.only_migration_failed or job.user is None:
        return
    letter = Letter(
        "ganeti/emails/not_moved.txt",
        {"job": job, "message": job.message},
        about=f"job:{job.pk}",
    )
    letter.post(job.user.email, language=contact.language_of(job.user))
