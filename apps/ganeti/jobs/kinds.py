"""Kinds of jobs: labels, permission and condition of each.

A new action on an instance is a value of `Job.Kind` and a record here. With a service,
the record gets an address, a button on the instance's page and, if it names one, a form
with the action's options.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.person import Person
from apps.web.stored_text import Text

from .. import access
from ..access import Answer, Verdict
from ..domain.instance import Instance, State
from ..domain.node import NodeGroup
from ..models import Job

Kind = Job.Kind
Permission = Callable[[Person, Instance, NodeGroup | None], Verdict]
Condition = Callable[[Instance], Verdict]


def _not_now(reason: Text) -> Verdict:
    return Verdict(Answer.NOT_NOW, reason)


_ALREADY_RUNNING = _not_now(_("It is already running."))
_ALREADY_STOPPED = _not_now(_("It is already stopped."))
_NOT_RUNNING = _not_now(_("It is not running."))
_OFFLINE = _not_now(_("It was set offline by staff. Only they can change that."))
_NODE_DOWN = _not_now(_("Its node isn't responding."))
NO_DISKS = _not_now(_("It has no disks to install to."))
_ON_ONE_NODE = _not_now(_("Its disks are on one node only."))

_AWAY = {State.NODE_DOWN: _NODE_DOWN, State.NODE_OFFLINE: _NODE_DOWN}
_DOWN = {
    State.STOPPED: _NOT_RUNNING,
    State.ERROR_DOWN: _NOT_RUNNING,
    State.USER_DOWN: _NOT_RUNNING,
    State.OFFLINE: _NOT_RUNNING,
}


def _unless(verdicts: Mapping[State, Verdict]) -> Condition:
    """Return the condition that the instance is in none of these states."""
    return lambda instance: verdicts.get(instance.state, access.YES)


def _always(_instance: Instance) -> Verdict:
    return access.YES


def _installable(instance: Instance) -> Verdict:
    if not instance.disks:
        return NO_DISKS
    return _unless(_AWAY | {State.OFFLINE: _OFFLINE})(instance)


def _mirrored(instance: Instance) -> Verdict:
    return access.YES if instance.mirrored else _ON_ONE_NODE


def _migratable(instance: Instance) -> Verdict:
    mirrored = _mirrored(instance)
    return _unless(_AWAY | _DOWN)(instance) if mirrored.allowed else mirrored


def _by_superusers(
    person: Person, _instance: Instance, _group: NodeGroup | None
) -> Verdict:
    return access.may_maintain(person)


@dataclass(frozen=True, slots=True)
class JobKind:
    """Labels, permission and condition of a kind of job.

    ``action`` labels the button and the audit entry; ``running``, ``done`` and
    ``failed`` label the progress. ``permission`` returns whether a user may submit it,
    ``condition`` whether the state of the instance allows it now. ``opcode`` is
    Ganeti's name for it, if the job is a single opcode.

    ``service`` and ``form`` name a function below ``services`` and a subclass of
    `forms.actions.ActionForm`: the function gets cluster, instance, ``by`` and the
    form's options.
    """

    action: Text
    running: Text
    done: Text
    failed: Text
    permission: Permission = access.may_operate
    condition: Condition = _always
    opcode: str = ""
    service: str = ""
    form: str = ""

    @property
    def for_owners(self) -> bool:
        """Whether its button is shown, but disabled, to users without permission."""
        return self.permission == access.may_operate


KINDS: Mapping[Job.Kind, JobKind] = {
    Kind.STARTUP: JobKind(
        pgettext_lazy("action", "Start"),
        _("Starting…"),
        _("Started"),
        _("Start failed"),
        condition=_unless(
            _AWAY | {State.RUNNING: _ALREADY_RUNNING, State.OFFLINE: _OFFLINE}
        ),
        opcode="INSTANCE_STARTUP",
        service="power.startup",
    ),
    Kind.REBOOT: JobKind(
        pgettext_lazy("action", "Reboot"),
        _("Rebooting…"),
        _("Rebooted"),
        _("Reboot failed"),
        condition=_unless(_AWAY | _DOWN),
        opcode="INSTANCE_REBOOT",
        service="power.reboot",
        form="power.RebootForm",
    ),
    Kind.SHUTDOWN: JobKind(
        pgettext_lazy("action", "Shut down"),
        _("Shutting down…"),
        _("Shut down"),
        _("Shutdown failed"),
        condition=_unless(
            _AWAY | {State.STOPPED: _ALREADY_STOPPED, State.OFFLINE: _OFFLINE}
        ),
        opcode="INSTANCE_SHUTDOWN",
        service="power.shutdown",
        form="power.ShutdownForm",
    ),
    Kind.MIGRATE: JobKind(
        pgettext_lazy("action", "Migrate"),
        _("Migrating to another node…"),
        pgettext_lazy("job", "Migrated"),
        _("Migration failed"),
        permission=access.may_move,
        condition=_migratable,
        opcode="INSTANCE_MIGRATE",
        service="migration.migrate",
        form="migration.MigrateForm",
    ),
    Kind.FAILOVER: JobKind(
        pgettext_lazy("action", "Fail over"),
        _("Failing over to another node…"),
        pgettext_lazy("job", "Failed over"),
        _("Failover failed"),
        permission=access.may_move,
        condition=_mirrored,
        opcode="INSTANCE_FAILOVER",
        service="migration.failover",
        form="migration.FailoverForm",
    ),
    Kind.CREATE: JobKind(
        pgettext_lazy("action", "Build"),
        _("Building…"),
        pgettext_lazy("job", "Built"),
        _("Not built"),
        opcode="INSTANCE_CREATE",
    ),
    Kind.TRY_CREATE: JobKind(
        pgettext_lazy("action", "Dry run"),
        _("Dry run in progress…"),
        _("Dry run succeeded"),
        _("Dry run failed"),
    ),
    Kind.REINSTALL: JobKind(
        pgettext_lazy("action", "Reinstall"),
        _("Reinstalling…"),
        pgettext_lazy("job", "Reinstalled"),
        _("Reinstall failed"),
        condition=_installable,
        opcode="INSTANCE_REINSTALL",
    ),
    Kind.RENAME: JobKind(
        pgettext_lazy("action", "Rename"),
        _("Renaming…"),
        pgettext_lazy("job", "Renamed"),
        _("Rename failed"),
        condition=_unless(_AWAY),
    ),
    Kind.DESTROY: JobKind(
        pgettext_lazy("action", "Destroy"),
        _("Destroying…"),
        pgettext_lazy("job", "Destroyed"),
        _("Destroy failed"),
        condition=_unless(_AWAY),
        opcode="INSTANCE_REMOVE",
    ),
    Kind.CONFIGURE: JobKind(
        pgettext_lazy("action", "Change configuration"),
        _("Changing configuration…"),
        pgettext_lazy("job", "Configuration changed"),
        _("Configuration change failed"),
        opcode="INSTANCE_SET_PARAMS",
    ),
    Kind.OWNERS: JobKind(
        pgettext_lazy("action", "Change owners"),
        _("Changing owners…"),
        pgettext_lazy("job", "Owners changed"),
        _("Owner change failed"),
    ),
    Kind.LOCK: JobKind(
        pgettext_lazy("action", "Lock"),
        _("Locking…"),
        pgettext_lazy("job", "Locked"),
        _("Lock failed"),
        permission=access.may_lock,
    ),
    Kind.UNLOCK: JobKind(
        pgettext_lazy("action", "Unlock"),
        _("Unlocking…"),
        pgettext_lazy("job", "Unlocked"),
        _("Unlock failed"),
        permission=access.may_lock,
    ),
    Kind.ISOLATE: JobKind(
        pgettext_lazy("action", "Isolate"),
        _("Isolating…"),
        pgettext_lazy("job", "Isolated"),
        _("Isolation failed"),
        permission=access.may_isolate,
    ),
    Kind.REJOIN: JobKind(
        pgettext_lazy("action", "Reconnect"),
        _("Reconnecting…"),
        pgettext_lazy("job", "Reconnected"),
        _("Reconnection failed"),
        permission=access.may_isolate,
    ),
    Kind.WHITELIST: JobKind(
        pgettext_lazy("action", "Change whitelist"),
        _("Changing whitelist…"),
        pgettext_lazy("job", "Whitelist changed"),
        _("Whitelist change failed"),
    ),
    Kind.TAG: JobKind(
        pgettext_lazy("action", "Change tags"),
        _("Changing tags…"),
        pgettext_lazy("job", "Tags changed"),
        _("Tag change failed"),
    ),
    Kind.GROUP_LOCK: JobKind(
        pgettext_lazy("action", "Start maintenance"),
        _("Starting maintenance…"),
        pgettext_lazy("job", "Maintenance started"),
        _("Maintenance couldn't be started"),
        permission=_by_superusers,
    ),
    Kind.GROUP_UNLOCK: JobKind(
        pgettext_lazy("action", "End maintenance"),
        _("Ending maintenance…"),
        pgettext_lazy("job", "Maintenance ended"),
        _("Maintenance couldn't be ended"),
        permission=_by_superusers,
    ),
}
# Kinds with their own button on the instance page, in the order of the page.
BUTTONS = tuple(kind for kind, record in KINDS.items() if record.service)


def record_of(job: Job) -> JobKind:
    return KINDS[Job.Kind(job.kind)]
