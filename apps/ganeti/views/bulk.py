"""Bulk actions: the same job for several instances, after a preview."""

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

MAX_ITEMS = 100
# Well below the time after which a web server gives a request up.
TIME_LIMIT_S = 25
QUESTIONS: dict[str, Text] = {
    Job.Kind.STARTUP: gettext_lazy("Start these machines?"),
    Job.Kind.SHUTDOWN: gettext_lazy("Shut these machines down?"),
    Job.Kind.REBOOT: gettext_lazy("Reboot these machines?"),
}


@dataclass(frozen=True, slots=True)
class BulkItem:
    """A selected instance, and whether the action would be submitted to it."""

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
    kind, keys = _read_selection(request)
    if kind is None or not keys:
        messages.warning(request, _("No machine was selected."))
        return redirect(back_to_list(request))
    items = list(_items(request, kind, keys))
    if "confirmed" in request.POST:
        _submit_all(request, kind, items)
        return redirect(back_to_list(request))
    return render(request, "ganeti/instance_bulk.html", _preview(request, kind, items))


def _read_selection(request: UserRequest) -> tuple[Job.Kind | None, list[str]]:
    """Return the action and the keys of the instances selected, or of one row alone."""
    for kind in QUESTIONS:
        if kind in request.POST:
            return Job.Kind(kind), [request.POST[kind]]
    keys = list(dict.fromkeys(request.POST.getlist("machine")))[:MAX_ITEMS]
    action = request.POST.get("action", "")
    return (Job.Kind(action) if action in QUESTIONS else None), keys


def _items(
    request: UserRequest, kind: Job.Kind, keys: Iterable[str]
) -> Iterable[BulkItem]:
    """Yield the instances that the person may see; others are left out silently."""
    visible = inventory.visible(person_of(request), within_s=0)
    selected = [visible.find_instance(*key.split("/", 1)) for key in keys if "/" in key]
    instances = [instance for instance in selected if instance is not None]
    jobs = inventory.running_jobs(instances)
    for instance in instances:
        snapshot = visible.snapshot(instance.cluster)
        if snapshot is None:
            continue
        job = jobs.get((instance.cluster, instance.name))
        yield BulkItem(
            instance=instance,
            cluster=snapshot.cluster,
            verdict=availability.verdict_for(kind, instance, visible, job),
            state=labels.doing(job) if job else labels.state(instance),
            dot="busy" if job else labels.DOTS[instance.state],
        )


def _preview(
    request: UserRequest, kind: Job.Kind, items: list[BulkItem]
) -> dict[str, Any]:
    return {
        "kind": kind,
        "question": QUESTIONS[kind],
        "verb": labels.ACTIONS[kind],
        "included": [item for item in items if item.verdict.allowed],
        "left_out": [item for item in items if not item.verdict.allowed],
        "next": request.POST.get("next", ""),
    }


class _Skipped(Exception):
    """Not tried: the jobs before it took too long, or its cluster doesn't respond."""


def _submit_all(request: UserRequest, kind: Job.Kind, items: list[BulkItem]) -> None:
    """Submit the jobs one by one and report the outcome, each reason once."""
    by = acting(request)
    until = time.monotonic() + TIME_LIMIT_S
    silent: dict[str, str] = {}
    submitted: list[str] = []
    failed: dict[str, list[str]] = defaultdict(list)
    for item in items:
        slug = item.cluster.slug
        try:
            _check_can_try(silent.get(slug), until)
            service_for(kind)(item.cluster, item.instance, by=by)
        except (*_SUBMISSION_ERRORS, _Skipped) as exc:
            failed[stored_text.translate(str(exc))].append(item.instance.name)
            if isinstance(exc, RapiUnreachable):
                silent[slug] = str(exc)
        else:
            submitted.append(item.instance.name)
    _report(request, kind, submitted, failed)


_SUBMISSION_ERRORS = (ActionRefused, NotNow, RapiError)


def _check_can_try(silent: str | None, until: float) -> None:
    if silent is not None:
        raise _Skipped(silent)
    if time.monotonic() > until:
        raise _Skipped(
            _("The clusters took too long to respond. Select the machines again.")
        )


def _report(
    request: UserRequest,
    kind: Job.Kind,
    submitted: Sequence[str],
    failed: Mapping[str, Sequence[str]],
) -> None:
    if submitted:
        text = ngettext(
            "%(verb)s: requested for %(count)d machine.",
            "%(verb)s: requested for %(count)d machines.",
            len(submitted),
        )
        values = {"count": len(submitted), "verb": labels.ACTIONS[kind]}
        messages.success(request, text % values)
    for reason, names in failed.items():
        messages.error(request, f"{', '.join(names)}: {reason}")
