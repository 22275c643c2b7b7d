"""Have a machine built without an application of its owner's."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.person import person_of
from apps.auditlog.actor import acting
from apps.ganeti.jobs.submission import ActionRefused
from apps.web.requests import UserRequest

from .. import access
from ..display.placement_panel import Panel
from ..forms.review import CreateForm, as_typed
from ..models import InstanceApplication
from ..services import building, reviewing
from ..services.building import NotTaken
from ..services.dry_run import Trial, asked_trial
from ..services.filing import NameTaken
from .lookup import as_answer
from .reviewing import accepted

# To begin with.
_SIZES = {"memory_mib": 2048, "vcpus": 1, "disk_gib": 20}


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: UserRequest) -> HttpResponse:
    if request.method != "POST":
        verdict = access.may_create(person_of(request))
        if not verdict.allowed:
            raise as_answer(verdict)
        return _page(request, _unjudged(request, _to_begin_with(request)))
    try:
        reviewing.check_creator(by=acting(request))
    except ActionRefused as exc:
        raise as_answer(exc.verdict) from exc
    do = {"create": _create, "try": _try}.get(request.POST.get("do", ""), _look)
    return do(request)


def _to_begin_with(request: UserRequest) -> dict[str, Any]:
    return {**_SIZES, "owner": request.user.get_username()}


def _panel(asked: dict[str, Any]) -> Panel:
    return Panel(asked, fast_first=True)


def _unjudged(request: UserRequest, asked: dict[str, Any]) -> CreateForm:
    """Return the form with this in it, without a word about what is wrong with it."""
    return CreateForm(
        application=InstanceApplication(applicant=request.user),
        panel=_panel(asked),
        initial=asked,
    )


def _sent(request: UserRequest) -> CreateForm:
    return CreateForm(
        request.POST,
        application=InstanceApplication(applicant=request.user),
        panel=_panel(as_typed(request.POST)),
    )


def _page(
    request: UserRequest, form: CreateForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "panel": form.panel, **more}
    return render(request, "applications/create.html", context, status=status)


def _look(request: UserRequest) -> HttpResponse:
    form = _unjudged(request, as_typed(request.POST))
    return _page(request, form, trial=asked_trial(request.POST))


def _try(request: UserRequest) -> HttpResponse:
    form = _sent(request)
    if not form.is_valid():
        return _page(request, form, status=400)
    owner = form.cleaned_data["owner"]
    tried = InstanceApplication(applicant=owner, **form.decided())
    try:
        trial = Trial(building.try_out(tried, by=acting(request)))
    except NotTaken as exc:
        return _page(request, form, not_tried=str(exc))
    return _page(request, form, trial=trial)


def _create(request: UserRequest) -> HttpResponse:
    form = _sent(request)
    if not form.is_valid():
        return _page(request, form, status=400)
    made = InstanceApplication(applicant=form.cleaned_data["owner"], **form.decided())
    try:
        job = reviewing.create(made, form.decided(), by=acting(request))
    except NameTaken:
        form.name_taken()
        return _page(request, form, status=400)
    except NotTaken as exc:
        text = _(
            "The application was accepted, but the cluster rejected the job: %(why)s"
        )
        messages.error(request, text % {"why": exc})
        return redirect("applications:review", made.pk)
    return accepted(request, made, job)
