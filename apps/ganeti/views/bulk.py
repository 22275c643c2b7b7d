"""The same to several machines, after a look at which and which not."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from apps.accounts.person import person_of
from apps.auditlog.actor import acting
from apps.web import stored_text
from apps.web.requests import UserRequest
from apps.web.stored_text import Text

from ..access import Verdict
from ..display import labels
from ..domain.instance import Instance
from ..jobs.submission import ActionRefused, NotNow
from ..models import Cluster, Job
from ..rapi.errors import RapiError, RapiUnreachable
from ..reads import inventory
from ..services import availability
from ..services.actions import service_for
from .lookup import back_to_list

MOST = 100
# Well below the time after which a web server gives a request up.
PATIENCE_S = 25
QUESTIONS: dict[str, Text] = {
    Job.Kind.STARTUP: gettext_lazy("Start these machines?"),
    Job.Kind.SHUTDOWN: gettext_lazy("Shut these machines down?"),
    Job.Kind.REBOOT: gettext_lazy("Reboot these machines?"),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A machine that was picked, and whether it would be done."""

    instance: Instance
    cluster: Cluster
    verdict: Verdict
    state: str
    dot: str

    @property
    def key(self) -> str:
        return f"{self.instance.cluster}/{self.instance.name}"


@require_POST
def instance_bulk(request: UserRequest) -> HttpResponse:
    kind, keys = _asked(request)
    if kind is None or not keys:
        messages.warning(request, _("No machine was selected."))
        return redirect(back_to_list(request))
    plans = list(_plan(request, kind, keys))
    if "confirmed" in request.POST:
        _do(request, kind, plans)
        return redirect(back_to_list(request))
    return render(request, "ganeti/instance_bulk.html", _preview(request, kind, plans))


def _asked(request: UserRequest) -> tuple[Job.Kind | None, list[str]]:
    """Return what to do and the keys: of the machines picked, or of one row alone."""
    for kind in QUESTIONS:
        if kind in request.POST:
            return Job.Kind(kind), [request.POST[kind]]
    keys = list(dict.fromkeys(request.POST.getlist("machine")))[:MOST]
    action = request.POST.get("action", "")
    return (Job.Kind(action) if action in QUESTIONS else None), keys


def _plan(
    request: UserRequest, kind: Job.Kind, keys: Iterable[str]
) -> Iterable[Planned]:
    """Yield those that the person may see; the others are as if not there."""
    visible = inventory.visible(person_of(request), within_s=0)
    found = [visible.find_instance(*key.split("/", 1)) for key in keys if "/" in key]
    instances = [instance for instance in found if instance is not None]
    jobs = inventory.running_jobs(instances)
    for instance in instances:
        shot = visible.snapshot(instance.cluster)
        if shot is None:
            continue
        job = jobs.get((instance.cluster, instance.name))
        yield Planned(
            instance=instance,
            cluster=shot.cluster,
            verdict=availability.offer(kind, instance, visible, job),
            state=labels.doing(job) if job else labels.state(instance),
            dot="busy" if job else labels.DOTS[instance.state],
        )


def _preview(
    request: UserRequest, kind: Job.Kind, plans: list[Planned]
) -> dict[str, Any]:
    return {
        "kind": kind,
        "question": QUESTIONS[kind],
        "verb": labels.ACTIONS[kind],
        "included": [plan for plan in plans if plan.verdict.allowed],
        "left_out": [plan for plan in plans if not plan.verdict.allowed],
        "next": request.POST.get("next", ""),
    }


class _Skipped(Exception):
    """Not tried, since what came before it took too long or met a silent cluster."""


def _do(request: UserRequest, kind: Job.Kind, plans: list[Planned]) -> None:
    """Do it one by one and say what came of it, each reason once."""
    by = acting(request)
    until = time.monotonic() + PATIENCE_S
    silent: dict[str, str] = {}
    done: list[str] = []
    failed: dict[str, list[str]] = defaultdict(list)
    for plan in plans:
        slug = plan.cluster.slug
        try:
            _may_be_tried(silent.get(slug), until)
            service_for(kind)(plan.cluster, plan.instance, by=by)
        except (*_NOT_DONE, _Skipped) as exc:
            failed[stored_text.translate(str(exc))].append(plan.instance.name)
            if isinstance(exc, RapiUnreachable):
                silent[slug] = str(exc)
        else:
            done.append(plan.instance.name)
    _say(request, kind, done, failed)


_NOT_DONE = (ActionRefused, NotNow, RapiError)


def _may_be_tried(silent: str | None, until: float) -> None:
    if silent is not None:
        raise _Skipped(silent)
    if time.monotonic() > until:
        raise _Skipped(
            _("The clusters took too long to respond. Select the machines again.")
        )


def _say(
    request: UserRequest,
    kind: Job.Kind,
    done: Sequence[str],
    failed: Mapping[str, Sequence[str]],
) -> None:
    if done:
        text = ngettext(
            "%(verb)s: requested for %(count)d machine.",
            "%(verb)s: requested for %(count)d machines.",
            len(done),
        )
        values = {"count": len(done), "verb": labels.ACTIONS[kind]}
        messages.success(request, text % values)
    for reason, names in failed.items():
        messages.error(request, f"{', '.join(names)}: {reason}")
