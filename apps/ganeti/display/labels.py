"""Labels of states, marks, actions and jobs on pages."""

from collections.abc import Callable
from functools import lru_cache, partial

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from apps.web import times
from apps.web.lists import Choices
from apps.web.stored_text import Text

from ..domain.instance import Instance, State
from ..jobs.kinds import KINDS, record_of
from ..models import Job, RequestedAction

STATES: dict[State, Text] = {
    State.RUNNING: pgettext_lazy("machine", "Running"),
    State.STOPPED: pgettext_lazy("machine", "Stopped"),
    State.OFFLINE: pgettext_lazy("machine", "Offline"),
    State.ERROR_UP: gettext_lazy("Running (should be stopped)"),
    State.ERROR_DOWN: gettext_lazy("Stopped (should be running)"),
    State.USER_DOWN: gettext_lazy("Shut down by the user"),
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
        "locked": gettext_lazy("Locked by staff"),
        "isolated": gettext_lazy("Isolated"),
        "needs_reboot": gettext_lazy("Needs reboot"),
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

ACTIONS: dict[str, Text] = {
    **{kind.value: record.action for kind, record in KINDS.items()},
    RequestedAction.REMOVE_OWNER: RequestedAction.REMOVE_OWNER.label,
}
# What the audit log calls what comes before the action itself.
REQUESTS: dict[str, Text] = {
    "ask_reinstall": gettext_lazy("Request to reinstall"),
    "ask_rename": gettext_lazy("Request to rename"),
    "ask_destroy": gettext_lazy("Request to destroy"),
    "ask_remove_owner": gettext_lazy("Request to remove an owner"),
    "cancel_reinstall": gettext_lazy("Cancel request to reinstall"),
    "cancel_rename": gettext_lazy("Cancel request to rename"),
    "cancel_destroy": gettext_lazy("Cancel request to destroy"),
    "cancel_remove_owner": gettext_lazy("Cancel request to remove an owner"),
}


def doing(job: Job) -> str:
    """Return what a running job does, as in "Rebooting…"."""
    return str(record_of(job).running)


def done(job: Job) -> str:
    """Return what a job did; the last of several steps, what the whole was."""
    entry = job.audit_entry if job.step else None
    kind = entry.action if entry and entry.action in KINDS else job.kind
    return str(KINDS[Job.Kind(kind)].done)


def not_done(job: Job) -> str:
    return str(record_of(job).failed)


def state(instance: Instance) -> str:
    """Return the state in words; of one not known now, what was seen last."""
    label = str(STATES[instance.state])
    if instance.last_seen is None or instance.seen_at is None:
        return label
    previous = str(STATES[instance.last_seen])
    return _("%(now)s, last seen %(before)s %(ago)s") % {
        "now": label,
        "before": previous[:1].lower() + previous[1:],
        "ago": times.ago(instance.seen_at),
    }


def gib(mib: int) -> str:
    """Write a size in GiB as short as it is exact enough."""
    return gib_in(get_language() or "")(mib)


def gib_in(language: str) -> Callable[[int], str]:
    """Return what writes sizes so in a language, for who writes many."""
    return partial(_gib, language)


@lru_cache(maxsize=4096)
def _gib(_language: str, mib: int) -> str:
    size = round(mib / 1024, 2 if mib < 10 * 1024 else 1)
    return number_format(int(size) if size == int(size) else size)
