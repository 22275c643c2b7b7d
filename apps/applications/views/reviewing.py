"""Decide about an application: try, accept, refuse, discard."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.person import person_of
from apps.auditlog.actor import acting
from apps.ganeti.jobs.submission import ActionRefused
from apps.ganeti.models import Job
from apps.web.requests import UserRequest

from .. import access
from ..display.placement_panel import Panel
from ..forms.review import CommentForm, RefusalForm, ReviewForm, as_typed
from ..models import InstanceApplication
from ..services import building, reviewing
from ..services.building import NotTaken
from ..services.dry_run import Trial, asked_trial
from ..services.filing import NameTaken
from ..states import REVIEWABLE, Status, TooLate
from .lookup import HIDDEN, as_answer


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: UserRequest, pk: int) -> HttpResponse:
    application = _find(pk)
    if request.method != "POST":
        _require_reviewer(request, application)
        return _page(request, application)
    try:
        reviewing.check(application, by=acting(request))
    except ActionRefused as exc:
        raise as_answer(exc.verdict) from exc
    do = DO.get(request.POST.get("do", ""), _look)
    return do(request, application)


def _find(pk: int) -> InstanceApplication:
    related = ("applicant", "organization", "network__cluster", "cluster")
    found = InstanceApplication.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404(HIDDEN)
    return found


def _require_reviewer(request: UserRequest, application: InstanceApplication) -> None:
    verdict = reviewing.may_decide(person_of(request), application)
    if not verdict.allowed:
        raise as_answer(verdict)


# -- the page


def _page(
    request: UserRequest,
    application: InstanceApplication,
    form: ReviewForm | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Return the page; without a form, one filled with what is known."""
    if application.status not in REVIEWABLE:
        return _closed(request, application, status)
    panel = form.panel if form else _panel(application, _known(application))
    context = {
        "application": application,
        "form": form or _unjudged(application, panel, _known(application)),
        "panel": panel,
        "refusal": RefusalForm(initial={"refusal_reason": ""}),
        "version": reviewing.version_of(application),
        "left_behind": building.left_behind(application),
        **more,
    }
    return render(request, "applications/review.html", context, status=status)


def _closed(
    request: UserRequest, application: InstanceApplication, status: int
) -> HttpResponse:
    """Say that there is nothing to be decided (any more), and what happened."""
    context = {
        "application": application,
        "latest": reviewing.latest(application),
        "may_submit": application.status == Status.APPROVED,
    }
    return render(request, "applications/review_closed.html", context, status=status)


def _known(application: InstanceApplication) -> Mapping[str, Any]:
    """Return what the form shows of an application: as it was asked for, or decided."""
    cluster, template = application.cluster, application.disk_template
    provider = application.storage_provider
    known = {
        name: getattr(application, name)
        for name in ("hostname", "memory_mib", "vcpus", "disk_gib", "operating_system")
    }
    known |= {
        "hosts_mail_server": application.hosts_mail_server,
        "organization": application.organization_id,
        "admin_comments": application.admin_comments,
    }
    if cluster is None:
        return known
    return known | {
        "cluster": cluster.slug,
        "node_group": application.node_group,
        "nic_network": application.nic_network,
        "storage": f"{template}:{provider}" if provider else template,
        "volume_group": application.volume_group,
    }


def _panel(application: InstanceApplication, asked: Mapping[str, Any]) -> Panel:
    return Panel(asked, wish=application.network)


def _unjudged(
    application: InstanceApplication, panel: Panel, asked: Mapping[str, Any]
) -> ReviewForm:
    return ReviewForm(application=application, panel=panel, initial=dict(asked))


def _typed(request: UserRequest, application: InstanceApplication) -> ReviewForm:
    """Return the form as it was sent, without a word about what is wrong with it."""
    asked = as_typed(request.POST)
    return _unjudged(application, _panel(application, asked), asked)


def _sent(request: UserRequest, application: InstanceApplication) -> ReviewForm:
    """Return the form as it was sent, to be judged."""
    panel = _panel(application, as_typed(request.POST))
    return ReviewForm(request.POST, application=application, panel=panel)


def _too_late(request: UserRequest, application: InstanceApplication) -> HttpResponse:
    """Tell who was quicker, with what was typed kept if it can still be decided."""
    fresh = _find(application.pk)
    latest = reviewing.latest(fresh)
    form = _typed(request, fresh)
    return _page(request, fresh, form, status=409, meanwhile=latest)


# -- what the buttons do


def _look(request: UserRequest, application: InstanceApplication) -> HttpResponse:
    """Show what the cluster offers, or how the trial goes; nothing is judged."""
    form = _typed(request, application)
    return _page(request, application, form, trial=asked_trial(request.POST))


def _try(request: UserRequest, application: InstanceApplication) -> HttpResponse:
    """Ask Ganeti whether it would build it; what was typed stays on the page."""
    if application.status not in REVIEWABLE:
        return _too_late(request, application)
    form = _sent(request, application)
    if not form.is_valid():
        return _page(request, application, form, status=400)
    tried = _find(application.pk)
    for name, value in form.decided().items():
        setattr(tried, name, value)
    try:
        trial = Trial(building.try_out(tried, by=acting(request)))
    except NotTaken as exc:
        return _page(request, application, form, not_tried=str(exc))
    return _page(request, application, form, trial=trial)


def _accept(request: UserRequest, application: InstanceApplication) -> HttpResponse:
    form = _sent(request, application)
    try:
        reviewing.require_version(application, request.POST.get("version", ""))
        if not form.is_valid():
            return _page(request, application, form, status=400)
        by = acting(request)
        job = reviewing.accept(application, form.decided(), by=by)
    except TooLate:
        return _too_late(request, application)
    except NameTaken:
        form.name_taken()
        return _page(request, application, form, status=400)
    except NotTaken as exc:
        return _not_taken(request, application.pk, exc)
    return accepted(request, application, job)


def accepted(
    request: UserRequest, application: InstanceApplication, job: Job
) -> HttpResponse:
    text = _("%(name)s was accepted and is being built on %(cluster)s.")
    names = {"name": application.hostname, "cluster": job.cluster}
    messages.success(request, text % names)
    return redirect("applications:detail", application.pk)


def _not_taken(request: UserRequest, pk: int, exc: NotTaken) -> HttpResponse:
    """Say that it was accepted but not submitted; nothing is lost."""
    text = _("The application was accepted, but the cluster rejected the job: %(why)s")
    messages.error(request, text % {"why": exc})
    return redirect("applications:review", pk)


def _submit(request: UserRequest, application: InstanceApplication) -> HttpResponse:
    """Submit what was accepted and never reached its cluster."""
    try:
        job = building.submit(application, by=acting(request))
    except TooLate:
        return _too_late(request, application)
    except NotTaken as exc:
        return _not_taken(request, application.pk, exc)
    return accepted(request, application, job)


def _refuse(request: UserRequest, application: InstanceApplication) -> HttpResponse:
    form = RefusalForm(request.POST)
    if not form.is_valid():
        typed = _typed(request, application)
        return _page(request, application, typed, status=400, refusal=form)
    reason, comments = (form.cleaned_data[n] for n in form.SAID)

    def end() -> None:
        reviewing.refuse(application, reason, comments, by=acting(request))

    done = _(
        "The application was rejected. The applicant will get a mail with the reason."
    )
    return _end(request, application, end, done)


def _discard(request: UserRequest, application: InstanceApplication) -> HttpResponse:
    form = CommentForm(request.POST)
    if not form.is_valid():
        typed = _typed(request, application)
        return _page(request, application, typed, status=400, refusal=form)
    comments = form.cleaned_data["admin_comments"]

    def end() -> None:
        reviewing.discard(application, comments, by=acting(request))

    done = _("The application was discarded. No mail is sent.")
    return _end(request, application, end, done)


def _end(
    request: UserRequest,
    application: InstanceApplication,
    end: Callable[[], None],
    done: str,
) -> HttpResponse:
    try:
        reviewing.require_version(application, request.POST.get("version", ""))
        end()
    except TooLate:
        return _too_late(request, application)
    messages.success(request, done)
    return redirect("applications:detail", application.pk)


DO: Mapping[str, Callable[[UserRequest, InstanceApplication], HttpResponse]] = {
    "show": _look,
    "try": _try,
    "accept": _accept,
    "submit": _submit,
    "refuse": _refuse,
    "discard": _discard,
}


# -- parts of the page


@require_safe
def review_panel(request: UserRequest) -> HttpResponse:
    """Return what a cluster offers, while somebody chooses."""
    _only_reviewers(request)
    pk = request.GET.get("application", "")
    known = InstanceApplication.objects.select_related("network__cluster")
    number = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 10 else 0
    application = known.filter(pk=number).first()
    wish = application.network if application else None
    panel = Panel(request.GET.dict(), wish=wish)
    return render(request, "applications/_review_panel.html", {"panel": panel})


@require_safe
def review_trial(request: UserRequest, key: str) -> HttpResponse:
    """Return how a trial goes, while it runs."""
    _only_reviewers(request)
    trial = asked_trial({"trial": key})
    if trial is None:
        raise Http404(_("This dry run doesn't exist."))
    response = render(request, "applications/_review_trial.html", {"trial": trial})
    if not trial.runs:
        response["HX-Trigger"] = "jobs"  # the top bar counts one less
    return response


def _only_reviewers(request: UserRequest) -> None:
    if not access.may_review(person_of(request)):
        raise PermissionDenied(_("Only reviewers can decide on applications."))
