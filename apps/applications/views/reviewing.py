"""Decide about an application: try, accept, refuse, discard."""

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
from ..services.building import NotTaken
from ..services.dry_run import asked_trial
from ..services.filing import NameTaken
from ..states import REVIEWABLE, Status, TooLate
from .lookup import HIDDEN, as_answer
from .review_page import FormPage, accepted, not_taken


class ReviewPage(FormPage):
    """The page of an application to be decided about."""

    template = "applications/review.html"

    @property
    def is_open(self) -> bool:
        return self.application.status in REVIEWABLE

    def decided(self, form: ReviewForm) -> InstanceApplication:
        # Another object: the page goes on to show what was filed.
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
        """Say that there is nothing to be decided (any more), and what happened."""
        context = {
            "application": self.application,
            "latest": reviewing.latest(self.application),
            "may_submit": self.application.status == Status.APPROVED,
        }
        template = "applications/review_closed.html"
        return render(self.request, template, context, status=status)

    def require_version(self) -> None:
        """Raise TooLate unless the application is as the page showed it."""
        version = self.request.POST.get("version", "")
        reviewing.require_version(self.application, version)

    def too_late(self) -> HttpResponse:
        """Tell who was quicker, with what was typed kept if it can still be decided."""
        page = replace(self, application=_find(self.application.pk))
        meanwhile = reviewing.latest(page.application)
        return page.answer(page.typed(), status=409, meanwhile=meanwhile)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: UserRequest, pk: int) -> HttpResponse:
    application = _find(pk)
    page = ReviewPage(request, application)
    if request.method != "POST":
        _require_reviewer(request, application)
        if not page.is_open:
            return page.closed()
        return page.answer(page.filled(as_filed(application)))
    try:
        reviewing.check(application, by=acting(request))
    except ActionRefused as exc:
        raise as_answer(exc.verdict) from exc
    do = DO.get(request.POST.get("do", ""), ReviewPage.look)
    return do(page)


def _find(pk: int) -> InstanceApplication:
    related = ("applicant", "organization", "network__cluster", "cluster")
    applications = InstanceApplication.objects.select_related(*related)
    application = applications.filter(pk=pk).first()
    if application is None:
        raise Http404(HIDDEN)
    return application


def _require_reviewer(request: UserRequest, application: InstanceApplication) -> None:
    verdict = reviewing.may_decide(person_of(request), application)
    if not verdict.allowed:
        raise as_answer(verdict)


# -- what the buttons do


def _try(page: ReviewPage) -> HttpResponse:
    return page.try_out() if page.is_open else page.too_late()


def _accept(page: ReviewPage) -> HttpResponse:
    form = page.sent()
    try:
        page.require_version()
        if not form.is_valid():
            return page.answer(form, status=400)
        job = reviewing.accept(page.application, form.decided(), by=page.by)
    except TooLate:
        return page.too_late()
    except NameTaken:
        return page.name_taken(form)
    except NotTaken as exc:
        return not_taken(page.request, page.application, exc)
    return accepted(page.request, page.application, job)


def _submit(page: ReviewPage) -> HttpResponse:
    """Submit what was accepted and never reached its cluster."""
    try:
        job = building.submit(page.application, by=page.by)
    except TooLate:
        return page.too_late()
    except NotTaken as exc:
        return not_taken(page.request, page.application, exc)
    return accepted(page.request, page.application, job)


def _refuse(page: ReviewPage) -> HttpResponse:
    def refuse(refusal_reason: str, admin_comments: str) -> None:
        reviewing.refuse(page.application, refusal_reason, admin_comments, by=page.by)

    done = _(
        "The application was rejected. The applicant will get an email with the reason."
    )
    return _end(page, RefusalForm(page.request.POST), refuse, done)


def _discard(page: ReviewPage) -> HttpResponse:
    def discard(admin_comments: str) -> None:
        reviewing.discard(page.application, admin_comments, by=page.by)

    done = _("The application was discarded. No email is sent.")
    return _end(page, CommentForm(page.request.POST), discard, done)


def _end(
    page: ReviewPage, form: CommentForm, end: Callable[..., None], done: str
) -> HttpResponse:
    if not form.is_valid():
        return page.answer(page.typed(), status=400, refusal=form)
    try:
        page.require_version()
        end(**form.cleaned_data)
    except TooLate:
        return page.too_late()
    messages.success(page.request, done)
    return redirect("applications:detail", page.application.pk)


DO: Mapping[str, Callable[[ReviewPage], HttpResponse]] = {
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
