"""Review an application: dry run, accept, submit, reject, discard."""

from collections.abc import Callable, Mapping
from dataclasses import replace
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
from apps.web.requests import UserRequest

from .. import access
from ..display.placement_panel import Panel
from ..forms.review import CommentForm, RefusalForm, ReviewForm, as_filed
from ..models import InstanceApplication
from ..services import building, reviewing
from ..services.building import NotSubmitted
from ..services.dry_run import dry_run_of
from ..services.filing import NameTaken
from ..states import REVIEWABLE, Status, TooLate
from .lookup import HIDDEN, as_answer
from .review_page import FormPage, answer_accepted, answer_not_submitted


class ReviewPage(FormPage):
    """Review page of an application."""

    template = "applications/review.html"

    @property
    def is_open(self) -> bool:
        return self.application.status in REVIEWABLE

    def decided(self, form: ReviewForm) -> InstanceApplication:
        # Another object: the page still shows the application as it was filed.
        application = _find(self.application.pk)
        for name, value in form.decided().items():
            setattr(application, name, value)
        return application

    def context(self) -> dict[str, Any]:
        return {
            "application": self.application,
            "refusal": RefusalForm(initial={"refusal_reason": ""}),
            "version": reviewing.version_of(self.application),
            "left_behind": building.left_behind(self.application),
        }

    def answer(
        self, form: ReviewForm, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        if not self.is_open:
            return self.closed(status)
        return super().answer(form, status=status, **more)

    def closed(self, status: int = 200) -> HttpResponse:
        """Answer that there is nothing to decide, with the latest events."""
        context = {
            "application": self.application,
            "latest": reviewing.latest_events(self.application),
            "may_submit": self.application.status == Status.APPROVED,
        }
        template = "applications/review_closed.html"
        return render(self.request, template, context, status=status)

    def require_version(self) -> None:
        """Raise TooLate unless the application is as the page showed it."""
        version = self.request.POST.get("version", "")
        reviewing.require_version(self.application, version)

    def too_late(self) -> HttpResponse:
        """409 with the latest events; the form keeps its values if still reviewable."""
        page = replace(self, application=_find(self.application.pk))
        meanwhile = reviewing.latest_events(page.application)
        return page.answer(page.form_as_typed(), status=409, meanwhile=meanwhile)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: UserRequest, pk: int) -> HttpResponse:
    application = _find(pk)
    page = ReviewPage(request, application)
    if request.method != "POST":
        _require_reviewer(request, application)
        if not page.is_open:
            return page.closed()
        return page.answer(page.unbound_form(as_filed(application)))
    try:
        reviewing.check(application, by=acting(request))
    except ActionRefused as exc:
        raise as_answer(exc.verdict) from exc
    action = HANDLERS.get(request.POST.get("do", ""), ReviewPage.look)
    return action(page)


def _find(pk: int) -> InstanceApplication:
    related = ("applicant", "organization", "network__cluster", "cluster")
    applications = InstanceApplication.objects.select_related(*related)
    application = applications.filter(pk=pk).first()
    if application is None:
        raise Http404(HIDDEN)
    return application


def _require_reviewer(request: UserRequest, application: InstanceApplication) -> None:
    verdict = reviewing.may_review_application(person_of(request), application)
    if not verdict.allowed:
        raise as_answer(verdict)


# -- what the buttons do


def _try(page: ReviewPage) -> HttpResponse:
    return page.dry_run() if page.is_open else page.too_late()


def _accept(page: ReviewPage) -> HttpResponse:
    form = page.bound_form()
    try:
        page.require_version()
        if not form.is_valid():
            return page.answer(form, status=400)
        job = reviewing.accept(page.application, form.decided(), by=page.by)
    except TooLate:
        return page.too_late()
    except NameTaken:
        return page.name_taken(form)
    except NotSubmitted as exc:
        return answer_not_submitted(page.request, page.application, exc)
    return answer_accepted(page.request, page.application, job)


def _submit(page: ReviewPage) -> HttpResponse:
    """Submit an accepted application that never reached its cluster."""
    try:
        job = building.submit(page.application, by=page.by)
    except TooLate:
        return page.too_late()
    except NotSubmitted as exc:
        return answer_not_submitted(page.request, page.application, exc)
    return answer_accepted(page.request, page.application, job)


def _refuse(page: ReviewPage) -> HttpResponse:
    def refuse(refusal_reason: str, admin_comments: str) -> None:
        reviewing.refuse(page.application, refusal_reason, admin_comments, by=page.by)

    message = _(
        "The application was rejected. The applicant will get an email with the reason."
    )
    return _close(page, RefusalForm(page.request.POST), refuse, message)


def _discard(page: ReviewPage) -> HttpResponse:
    def discard(admin_comments: str) -> None:
        reviewing.discard(page.application, admin_comments, by=page.by)

    message = _("The application was discarded. No email is sent.")
    return _close(page, CommentForm(page.request.POST), discard, message)


def _close(
    page: ReviewPage, form: CommentForm, close: Callable[..., None], message: str
) -> HttpResponse:
    if not form.is_valid():
        return page.answer(page.form_as_typed(), status=400, refusal=form)
    try:
        page.require_version()
        close(**form.cleaned_data)
    except TooLate:
        return page.too_late()
    messages.success(page.request, message)
    return redirect("applications:detail", page.application.pk)


HANDLERS: Mapping[str, Callable[[ReviewPage], HttpResponse]] = {
    "show": ReviewPage.look,
    "try": _try,
    "accept": _accept,
    "submit": _submit,
    "refuse": _refuse,
    "discard": _discard,
}


# -- parts of the page


@require_safe
def review_panel(request: UserRequest) -> HttpResponse:
    """Return the panel with the options of the chosen cluster."""
    _require_any_reviewer(request)
    pk = request.GET.get("application", "")
    applications = InstanceApplication.objects.select_related("network__cluster")
    key = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 10 else 0
    application = applications.filter(pk=key).first()
    requested_network = application.network if application else None
    panel = Panel(request.GET.dict(), requested_network=requested_network)
    return render(request, "applications/_review_panel.html", {"panel": panel})


@require_safe
def review_trial(request: UserRequest, key: str) -> HttpResponse:
    """Return the state of a dry run; htmx polls it."""
    _require_any_reviewer(request)
    trial = dry_run_of({"trial": key})
    if trial is None:
        raise Http404(_("This dry run doesn't exist."))
    response = render(request, "applications/_review_trial.html", {"trial": trial})
    if not trial.runs:
        response["HX-Trigger"] = "jobs"  # the top bar counts one less
    return response


def _require_any_reviewer(request: UserRequest) -> None:
    if not access.may_review(person_of(request)):
        raise PermissionDenied(_("Only reviewers can decide on applications."))
