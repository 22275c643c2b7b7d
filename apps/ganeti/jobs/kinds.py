"""One record for each kind of job: what it is called, who may have it done, and when.

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
Right = Callable[[Person, Instance, NodeGroup | None], Verdict]
Condition = Callable[[Instance], Verdict]


def _not_now(reason: Text) -> Verdict:
    return Verdict(Answer.NOT_NOW, reason)


_RUNS = _not_now(_("It is running already."))
_STOPPED = _not_now(_("It is stopped already."))
_NOT_RUNNING = _not_now(_("It is not running."))
_OFFLINE = _not_now(_("The staff has set it offline; only they can change that."))
_NODE_AWAY = _not_now(_("The host it lives on does not answer now."))
NO_DISKS = _not_now(_("It has no disks to install anything on."))
_ON_ONE_NODE = _not_now(_("Its disks are on one node only."))

_AWAY = {State.NODE_DOWN: _NODE_AWAY, State.NODE_OFFLINE: _NODE_AWAY}
_DOWN = {
    State.STOPPED: _NOT_RUNNING,
    State.ERROR_DOWN: _NOT_RUNNING,
    State.USER_DOWN: _NOT_RUNNING,
    State.OFFLINE: _NOT_RUNNING,
}


def _unless(verdicts: Mapping[State, Verdict]) -> Condition:
    """Return the condition that an instance is in none of these states."""
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


@dataclass(frozen=True, slots=True)
class JobKind:
    """What pages say of jobs of a kind, and who may have one done to which instance.

    ``action`` is on the button and in the audit log; ``running``, ``done`` and
    ``failed`` say how it goes. ``right`` answers who may, ``condition`` what forbids it
    now, whoever asks. ``opcode`` is Ganeti's name for it, where a job is one opcode.

    ``service`` and ``form`` name a function below ``services`` and a subclass of
    `forms.actions.ActionForm`: the function gets cluster, instance, ``by`` and the
    form's options.
    """

    action: Text
    running: Text
    done: Text
    failed: Text
    right: Right = access.may_operate
    condition: Condition = _always
    opcode: str = ""
    service: str = ""
    form: str = ""

    @property
    def for_owners(self) -> bool:
        """Whether its button is shown, though off, to those who may not."""
        return self.right == access.may_operate


KINDS: Mapping[Job.Kind, JobKind] = {
    Kind.STARTUP: JobKind(
        pgettext_lazy("action", "Start"),
        _("Starting…"),
        _("Started"),
        _("It was not started"),
        condition=_unless(_AWAY | {State.RUNNING: _RUNS, State.OFFLINE: _OFFLINE}),
        opcode="INSTANCE_STARTUP",
        service="power.startup",
    ),
    Kind.REBOOT: JobKind(
        pgettext_lazy("action", "Reboot"),
        _("Rebooting…"),
        _("Rebooted"),
        _("It was not rebooted"),
        condition=_unless(_AWAY | _DOWN),
        opcode="INSTANCE_REBOOT",
        service="power.reboot",
        form="power.RebootForm",
    ),
    Kind.SHUTDOWN: JobKind(
        pgettext_lazy("action", "Shut down"),
        _("Shutting down…"),
        _("Shut down"),
        _("It was not shut down"),
        condition=_unless(_AWAY | {State.STOPPED: _STOPPED, State.OFFLINE: _OFFLINE}),
        opcode="INSTANCE_SHUTDOWN",
        service="power.shutdown",
        form="power.ShutdownForm",
    ),
    Kind.MIGRATE: JobKind(
        pgettext_lazy("action", "Migrate"),
        _("Migrating to another node…"),
        pgettext_lazy("job", "Migrated"),
        _("It was not migrated"),
        right=access.may_move,
        condition=_migratable,
        opcode="INSTANCE_MIGRATE",
        service="migration.migrate",
        form="migration.MigrateForm",
    ),
    Kind.FAILOVER: JobKind(
        pgettext_lazy("action", "Fail over"),
        _("Failing over to another node…"),
        pgettext_lazy("job", "Failed over"),
        _("It was not failed over"),
        right=access.may_move,
        condition=_mirrored,
        opcode="INSTANCE_FAILOVER",
        service="migration.failover",
        form="migration.FailoverForm",
    ),
    Kind.CREATE: JobKind(
        pgettext_lazy("action", "Build"),
        _("Being built…"),
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
        _("It was not reinstalled"),
        condition=_installable,
        opcode="INSTANCE_REINSTALL",
    ),
    Kind.RENAME: JobKind(
        pgettext_lazy("action", "Rename"),
        _("Renaming…"),
        pgettext_lazy("job", "Renamed"),
        _("It was not renamed"),
        condition=_unless(_AWAY),
    ),
    Kind.DESTROY: JobKind(
        pgettext_lazy("action", "Destroy"),
        _("Being destroyed…"),
        pgettext_lazy("job", "Destroyed"),
        _("It was not destroyed"),
        condition=_unless(_AWAY),
        opcode="INSTANCE_REMOVE",
    ),
    Kind.CONFIGURE: JobKind(
        pgettext_lazy("action", "Change the configuration"),
        _("Changing its configuration…"),
        pgettext_lazy("job", "Configuration changed"),
        _("Its configuration was not changed"),
        opcode="INSTANCE_SET_PARAMS",
    ),
    Kind.OWNERS: JobKind(
        pgettext_lazy("action", "Change the owners"),
        _("Changing its owners…"),
        pgettext_lazy("job", "Owners changed"),
        _("Its owners were not changed"),
    ),
    Kind.LOCK: JobKind(
        pgettext_lazy("action", "Lock"),
        _("Locking…"),
        pgettext_lazy("job", "Locked"),
        _("It was not locked"),
        right=access.may_lock,
    ),
    Kind.UNLOCK: JobKind(
        pgettext_lazy("action", "Unlock"),
        _("Unlocking…"),
        pgettext_lazy("job", "Unlocked"),
        _("It was not unlocked"),
        right=access.may_lock,
    ),
    Kind.ISOLATE: JobKind(
        pgettext_lazy("action", "Cut off from the network"),
        _("Cutting it off from the network…"),
        pgettext_lazy("job", "Cut off from the network"),
        _("It was not cut off from the network"),
        right=access.may_isolate,
    ),
    Kind.REJOIN: JobKind(
        pgettext_lazy("action", "Let back into the network"),
        _("Letting it back into the network…"),
        pgettext_lazy("job", "Back in the network"),
        _("It was not let back into the network"),
        right=access.may_isolate,
    ),
    Kind.WHITELIST: JobKind(
        pgettext_lazy("action", "Change who reaches it"),
        _("Changing who reaches it…"),
        pgettext_lazy("job", "Who reaches it was changed"),
        _("Who reaches it was not changed"),
    ),
    Kind.TAG: JobKind(
        pgettext_lazy("action", "Change tags"),
        _("Changing its tags…"),
        pgettext_lazy("job", "Tags changed"),
        _("Its tags were not changed"),
    ),
}
# Those with a button of their own on the instance's page, in its order.
BUTTONS = tuple(kind for kind, record in KINDS.items() if record.service)


def record_of(job: Job) -> JobKind:
    return KINDS[Job.Kind(job.kind)]
