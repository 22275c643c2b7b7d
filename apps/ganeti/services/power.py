"""Start, shut down, reboot; each raises ActionRefused, NotNow or RapiError."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.auditlog.entries import Acting

from .. import access
from ..access import Answer, Person, Verdict
from ..domain.instance import Instance, State
from ..inventory import Inventory, visible_on
from ..models import Cluster, Job
from ..rapi.client import RapiClient, RebootKind
from .submission import Action, NotNow, refuse, submit

Kind = Job.Kind

_WRONG_STATE: dict[Job.Kind, Callable[[Instance], Verdict | None]] = {
    Kind.STARTUP: lambda found: (
        Verdict(Answer.NOT_NOW, _("It is running already."))
        if found.state is State.RUNNING
        else _offline(found)
    ),
    Kind.SHUTDOWN: lambda found: (
        Verdict(Answer.NOT_NOW, _("It is stopped already."))
        if found.state is State.STOPPED
        else _offline(found)
    ),
    Kind.REBOOT: lambda found: (
        Verdict(Answer.NOT_NOW, _("It is not running."))
        if found.running is False
        else None
    ),
}


# Kept in English, for Ganeti too; translated where they are shown.
_REBOOTS: dict[RebootKind, str] = {
    "hard": gettext_noop("hard reboot"),
    "soft": gettext_noop("soft reboot"),
    "full": gettext_noop("full reboot"),
}


def _offline(found: Instance) -> Verdict | None:
    if found.state is State.OFFLINE:
        return Verdict(
            Answer.NOT_NOW,
            _("The staff has set it offline; only they can change that."),
        )
    return None


def offer(
    kind: Job.Kind, instance: Instance, inventory: Inventory, busy: Job | None
) -> Verdict:
    """Answer whether the action would be done now; for buttons and previews.

    The state is what was known last, so the answer may be out of date; what decides
    is Ganeti.
    """
    person = inventory.person
    verdict = access.may_operate(person, instance, inventory.group_of(instance))
    if not verdict.allowed:
        return verdict
    return _possible(kind, instance, inventory, busy)


def _possible(
    kind: Job.Kind, instance: Instance, inventory: Inventory, busy: Job | None
) -> Verdict:
    if busy is not None:
        return Verdict(Answer.NOT_NOW, _("Something is being done to it already."))
    shot = inventory.snapshot(instance.cluster)
    if shot is None or shot.down:
        return Verdict(Answer.NOT_NOW, _("Its cluster does not answer now."))
    if shot.cluster.can_write is False:
        return Verdict(
            Answer.NOT_NOW, _("This site may only look at its cluster, not change it.")
        )
    wrong_state = _WRONG_STATE[kind](instance)
    return access.YES if wrong_state is None else wrong_state


def startup(cluster: Cluster, instance: Instance, *, by: Acting) -> Job:
    """Start an instance."""
    _check(Kind.STARTUP, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        return client.startup(instance.name, reason=reason)

    return submit(cluster, instance, Action(Kind.STARTUP, call), by=by)


def shutdown(
    cluster: Cluster,
    instance: Instance,
    *,
    by: Acting,
    timeout_s: int | None = None,
    force: bool = False,
) -> Job:
    """Shut an instance down.

    ``timeout_s`` is how long it may take by itself before it is switched off, Ganeti's
    default being 120; ``force`` switches it off at once, which is no time at all:
    what Ganeti calls force is something else.
    """
    _check(Kind.SHUTDOWN, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        return client.shutdown(
            instance.name, reason=reason, timeout_s=0 if force else timeout_s
        )

    detail = _shutdown_detail(timeout_s, force)
    return submit(cluster, instance, Action(Kind.SHUTDOWN, call, detail), by=by)


def _shutdown_detail(timeout_s: int | None, force: bool) -> str:
    if force:
        return gettext_noop("shutdown, forced")
    if timeout_s is None:
        return ""
    return gettext_noop("shutdown, time allowed") + f": {timeout_s} s"


def reboot(
    cluster: Cluster, instance: Instance, *, by: Acting, kind: RebootKind = "hard"
) -> Job:
    """Reboot an instance."""
    _check(Kind.REBOOT, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        return client.reboot(instance.name, reason=reason, kind=kind)

    action = Action(Kind.REBOOT, call, _REBOOTS[kind])
    return submit(cluster, instance, action, by=by)


def _check(kind: Job.Kind, cluster: Cluster, instance: Instance, by: Acting) -> None:
    """Refuse whoever may not, and what cannot be now; the machine's state is no bar.

    What is known of the state may be seconds old, and Ganeti answers kindly to a start
    of what runs.
    """
    person = Person.of(by.user)
    inventory = visible_on(person, cluster.slug)
    group = inventory.group_of(instance)
    verdict = access.may_operate(person, instance, group)
    if not verdict.allowed:
        raise refuse(verdict, kind.value, cluster, instance, by=by)
    if cluster.can_write is False:
        raise NotNow(_("This site may only look at its cluster, not change it."))
