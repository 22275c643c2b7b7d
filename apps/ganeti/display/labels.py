"""What pages call states, marks and jobs: the word beside the colour."""

from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from apps.web import times
from apps.web.lists import Choices
from apps.web.stored_text import Text

from ..domain.instance import Instance, State
from ..models import Job, RequestedAction

STATES: dict[State, Text] = {
    State.RUNNING: pgettext_lazy("machine", "Running"),
    State.STOPPED: pgettext_lazy("machine", "Stopped"),
    State.OFFLINE: pgettext_lazy("machine", "Offline"),
    State.ERROR_UP: gettext_lazy("Running, should be stopped"),
    State.ERROR_DOWN: gettext_lazy("Stopped, should be running"),
    State.USER_DOWN: gettext_lazy("Shut down from within"),
    State.NODE_DOWN: gettext_lazy("Node down"),
    State.NODE_OFFLINE: gettext_lazy("Node offline"),
    State.WRONG_NODE: gettext_lazy("Running on the wrong node"),
    State.UNKNOWN: pgettext_lazy("machine", "Unknown"),
}

# How each state is drawn; the stylesheet knows these names.
DOTS: dict[State, str] = {
    State.RUNNING: "ok",
    State.STOPPED: "off",
    State.OFFLINE: "slashed",
    State.ERROR_UP: "half",
    State.ERROR_DOWN: "half",
    State.USER_DOWN: "half",
    State.NODE_DOWN: "bad",
    State.NODE_OFFLINE: "bad",
    State.WRONG_NODE: "bad",
    State.UNKNOWN: "unknown",
}

MARKS = Choices(
    {
        "locked": gettext_lazy("Locked by the staff"),
        "isolated": gettext_lazy("Cut off from the network"),
        "needs_reboot": gettext_lazy("Needs a reboot"),
        "cdrom": gettext_lazy("Boots from CD-ROM"),
    }
)

# Icons of the marks, by their name in Bootstrap Icons.
MARK_ICONS = {
    "locked": "lock-fill",
    "isolated": "shield-fill-x",
    "needs_reboot": "arrow-clockwise",
    "cdrom": "disc-fill",
}

_DOING: dict[str, Text] = {
    Job.Kind.STARTUP: gettext_lazy("Starting…"),
    Job.Kind.SHUTDOWN: gettext_lazy("Shutting down…"),
    Job.Kind.REBOOT: gettext_lazy("Rebooting…"),
    Job.Kind.CREATE: gettext_lazy("Being built…"),
    Job.Kind.TRY_CREATE: gettext_lazy("Trying it out…"),
    Job.Kind.REINSTALL: gettext_lazy("Reinstalling…"),
    Job.Kind.RENAME: gettext_lazy("Renaming…"),
    Job.Kind.DESTROY: gettext_lazy("Being destroyed…"),
    Job.Kind.CONFIGURE: gettext_lazy("Changing its configuration…"),
    Job.Kind.OWNERS: gettext_lazy("Changing its owners…"),
    Job.Kind.LOCK: gettext_lazy("Locking…"),
    Job.Kind.UNLOCK: gettext_lazy("Unlocking…"),
    Job.Kind.ISOLATE: gettext_lazy("Cutting it off from the network…"),
    Job.Kind.REJOIN: gettext_lazy("Letting it back into the network…"),
    Job.Kind.WHITELIST: gettext_lazy("Changing who reaches it…"),
    Job.Kind.TAG: gettext_lazy("Changing its tags…"),
    Job.Kind.MIGRATE: gettext_lazy("Moving to another host…"),
}
_DONE: dict[str, Text] = {
    Job.Kind.STARTUP: gettext_lazy("Started"),
    Job.Kind.SHUTDOWN: gettext_lazy("Shut down"),
    Job.Kind.REBOOT: gettext_lazy("Rebooted"),
    Job.Kind.CREATE: pgettext_lazy("job", "Built"),
    Job.Kind.TRY_CREATE: gettext_lazy("It would be built"),
    Job.Kind.REINSTALL: pgettext_lazy("job", "Reinstalled"),
    Job.Kind.RENAME: pgettext_lazy("job", "Renamed"),
    Job.Kind.DESTROY: pgettext_lazy("job", "Destroyed"),
    Job.Kind.CONFIGURE: pgettext_lazy("job", "Configuration changed"),
    Job.Kind.OWNERS: pgettext_lazy("job", "Owners changed"),
    Job.Kind.LOCK: pgettext_lazy("job", "Locked"),
    Job.Kind.UNLOCK: pgettext_lazy("job", "Unlocked"),
    Job.Kind.ISOLATE: pgettext_lazy("job", "Cut off from the network"),
    Job.Kind.REJOIN: pgettext_lazy("job", "Back in the network"),
    Job.Kind.WHITELIST: pgettext_lazy("job", "Who reaches it was changed"),
    Job.Kind.TAG: pgettext_lazy("job", "Tags changed"),
    Job.Kind.MIGRATE: pgettext_lazy("job", "Moved"),
}
_NOT_DONE: dict[str, Text] = {
    Job.Kind.STARTUP: gettext_lazy("It was not started"),
    Job.Kind.SHUTDOWN: gettext_lazy("It was not shut down"),
    Job.Kind.REBOOT: gettext_lazy("It was not rebooted"),
    Job.Kind.CREATE: gettext_lazy("It was not built"),
    Job.Kind.TRY_CREATE: gettext_lazy("It would not be built"),
    Job.Kind.REINSTALL: gettext_lazy("It was not reinstalled"),
    Job.Kind.RENAME: gettext_lazy("It was not renamed"),
    Job.Kind.DESTROY: gettext_lazy("It was not destroyed"),
    Job.Kind.CONFIGURE: gettext_lazy("Its configuration was not changed"),
    Job.Kind.OWNERS: gettext_lazy("Its owners were not changed"),
    Job.Kind.LOCK: gettext_lazy("It was not locked"),
    Job.Kind.UNLOCK: gettext_lazy("It was not unlocked"),
    Job.Kind.ISOLATE: gettext_lazy("It was not cut off from the network"),
    Job.Kind.REJOIN: gettext_lazy("It was not let back into the network"),
    Job.Kind.WHITELIST: gettext_lazy("Who reaches it was not changed"),
    Job.Kind.TAG: gettext_lazy("Its tags were not changed"),
    Job.Kind.MIGRATE: gettext_lazy("It was not moved"),
}
ACTIONS: dict[str, Text] = {
    Job.Kind.STARTUP: pgettext_lazy("action", "Start"),
    Job.Kind.SHUTDOWN: pgettext_lazy("action", "Shut down"),
    Job.Kind.REBOOT: pgettext_lazy("action", "Reboot"),
    Job.Kind.CREATE: pgettext_lazy("action", "Build"),
    Job.Kind.TRY_CREATE: pgettext_lazy("action", "Try out"),
    Job.Kind.REINSTALL: pgettext_lazy("action", "Reinstall"),
    Job.Kind.RENAME: pgettext_lazy("action", "Rename"),
    Job.Kind.DESTROY: pgettext_lazy("action", "Destroy"),
    Job.Kind.CONFIGURE: pgettext_lazy("action", "Change the configuration"),
    Job.Kind.OWNERS: pgettext_lazy("action", "Change the owners"),
    Job.Kind.LOCK: pgettext_lazy("action", "Lock"),
    Job.Kind.UNLOCK: pgettext_lazy("action", "Unlock"),
    Job.Kind.ISOLATE: pgettext_lazy("action", "Cut off from the network"),
    Job.Kind.REJOIN: pgettext_lazy("action", "Let back into the network"),
    Job.Kind.WHITELIST: pgettext_lazy("action", "Change who reaches it"),
    Job.Kind.TAG: pgettext_lazy("action", "Change tags"),
    Job.Kind.MIGRATE: pgettext_lazy("action", "Move"),
    RequestedAction.REMOVE_OWNER: RequestedAction.REMOVE_OWNER.label,
}
# What the audit log calls what comes before the action itself.
REQUESTS: dict[str, Text] = {
    "ask_reinstall": gettext_lazy("Ask to reinstall"),
    "ask_rename": gettext_lazy("Ask to rename"),
    "ask_destroy": gettext_lazy("Ask to destroy"),
    "ask_remove_owner": gettext_lazy("Ask to remove an owner"),
    "cancel_reinstall": gettext_lazy("Take back the request to reinstall"),
    "cancel_rename": gettext_lazy("Take back the request to rename"),
    "cancel_destroy": gettext_lazy("Take back the request to destroy"),
    "cancel_remove_owner": gettext_lazy("Take back the request to remove an owner"),
}


def doing(job: Job) -> str:
    """Return what a running job does, as in "Rebooting…"."""
    return str(_DOING.get(job.kind, job.get_kind_display()))


def done(job: Job) -> str:
    """Return what a job did; the last of several steps, what the whole was."""
    entry = job.audit_entry if job.step else None
    kind = entry.action if entry and entry.action in _DONE else job.kind
    return str(_DONE.get(kind, job.get_kind_display()))


def not_done(job: Job) -> str:
    return str(_NOT_DONE.get(job.kind, job.get_kind_display()))


def state(instance: Instance) -> str:
    """Return the state in words; of one not known now, what was seen last."""
    word = str(STATES[instance.state])
    if instance.last_seen is None or instance.seen_at is None:
        return word
    seen = str(STATES[instance.last_seen])
    return _("%(now)s, last seen %(before)s %(ago)s") % {
        "now": word,
        "before": seen[:1].lower() + seen[1:],
        "ago": times.ago(instance.seen_at),
    }


def gib(mib: int) -> str:
    """Write a size in GiB as short as it is exact enough."""
    return _gib(mib, get_language() or "")


@lru_cache(maxsize=4096)
def _gib(mib: int, _language: str) -> str:
    size = round(mib / 1024, 2 if mib < 10 * 1024 else 1)
    return number_format(int(size) if size == int(size) else size)
