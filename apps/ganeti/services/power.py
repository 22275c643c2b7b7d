"""Start, shut down, reboot; each raises ActionRefused, NotNow or RapiError."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.auditlog.entries import Acting
from apps.web.stored_text import Text

from .. import access
from ..access import Answer, Verdict
from ..domain.instance import Instance, State
from ..jobs.submission import Action, submit
from ..models import Cluster, Job
from ..rapi.client import RapiClient, RebootKind
from ..reads.inventory import Inventory
from . import availability

Kind = Job.Kind


def _not_now(reason: Text) -> Verdict:
    return Verdict(Answer.NOT_NOW, reason)


_RUNS = _not_now(_("It is running already."))
_STOPPED = _not_now(_("It is stopped already."))
_NOT_RUNNING = _not_now(_("It is not running."))
_OFFLINE = _not_now(_("The staff has set it offline; only they can change that."))
_NODE_AWAY = _not_now(_("The host it lives on does not answer now."))

# What a state rules out, whoever asks.
_AWAY = {State.NODE_DOWN: _NODE_AWAY, State.NODE_OFFLINE: _NODE_AWAY}
_RULED_OUT: dict[Job.Kind, dict[State, Verdict]] = {
    Kind.STARTUP: {**_AWAY, State.RUNNING: _RUNS, State.OFFLINE: _OFFLINE},
    Kind.SHUTDOWN: {**_AWAY, State.STOPPED: _STOPPED, State.OFFLINE: _OFFLINE},
    Kind.REBOOT: {
        **_AWAY,
        State.STOPPED: _NOT_RUNNING,
        State.ERROR_DOWN: _NOT_RUNNING,
        State.USER_DOWN: _NOT_RUNNING,
        State.OFFLINE: _NOT_RUNNING,
    },
    # What cannot be undone; `services.lifecycle` does it.
    Kind.REINSTALL: {**_AWAY, State.OFFLINE: _OFFLINE},
    Kind.RENAME: _AWAY,
    Kind.DESTROY: _AWAY,
}

# Kept in English, for Ganeti too; translated where they are shown.
SOFT = gettext_noop("soft reboot")
_REBOOTS: dict[RebootKind, str] = {
    "hard": gettext_noop("hard reboot"),
    "soft": SOFT,
    "full": gettext_noop("full reboot"),
}


def offer(
    kind: Job.Kind, instance: Instance, inventory: Inventory, busy: Job | None
) -> Verdict:
    """Answer whether the action would be done now; for buttons and previews.

    The state is what was known last, so the answer may be out of date; what decides
    is Ganeti.
    """
    return offers((kind,), instance, inventory, busy)[kind]


def offers(
    kinds: Sequence[Job.Kind],
    instance: Instance,
    inventory: Inventory,
    busy: Job | None,
) -> dict[Job.Kind, Verdict]:
    """Answer for several actions; what they have in common is asked once."""
    person = inventory.person
    verdict = access.may_operate(person, instance, inventory.group_of(instance))
    if verdict.allowed:
        verdict = availability.ready(instance, inventory, busy)
    if not verdict.allowed:
        return dict.fromkeys(kinds, verdict)
    return {kind: _RULED_OUT[kind].get(instance.state, verdict) for kind in kinds}


def startup(cluster: Cluster, instance: Instance, *, by: Acting) -> Job:
    """Start an instance."""
    availability.check(Kind.STARTUP, cluster, instance, by)

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
    availability.check(Kind.SHUTDOWN, cluster, instance, by)

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
    availability.check(Kind.REBOOT, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        return client.reboot(instance.name, reason=reason, kind=kind)

    action = Action(Kind.REBOOT, call, _REBOOTS[kind])
    return submit(cluster, instance, action, by=by)
