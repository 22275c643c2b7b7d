"""Base of the pages with a review form: the form, its dry run and its answers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.auditlog.actor import acting
from apps.auditlog.entries import Acting
from apps.ganeti.models import Job
from apps.web.requests import UserRequest

from ..forms.review import ReviewForm, as_typed
from ..models import InstanceApplication
from ..services import building
from ..services.building import NotSubmitted
from ..services.dry_run import DryRun, dry_run_of


@dataclass(frozen=True)
class FormPage(ABC):
    """A request for a page with a review form."""

    template: ClassVar[str]
    form_class: ClassVar[type[ReviewForm]] = ReviewForm

    request: UserRequest
    application: InstanceApplication

    @property
    def by(self) -> Acting:
        return acting(self.request)

    # -- the form

    def unbound_form(self, initial: dict[str, Any]) -> ReviewForm:
        """Return an unbound form with initial values."""
        return self.form_class(application=self.application, initial=initial)

    def form_as_typed(self) -> ReviewForm:
        """Return an unbound form with the posted values, not validated."""
        return self.unbound_form(as_typed(self.request.POST))

    def bound_form(self) -> ReviewForm:
        """Return the form bound to the posted data."""
        return self.form_class(self.request.POST, application=self.application)

    @abstractmethod
    def decided(self, form: ReviewForm) -> InstanceApplication:
        """Return an unsaved application with the values of a valid form."""

    # -- answers

    def context(self) -> dict[str, Any]:
        """Return further template context."""
        return {}

    def answer(
        self, form: ReviewForm, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        context = {"form": form, "panel": form.panel, **self.context(), **more}
        return render(self.request, self.template, context, status=status)

    def look(self) -> HttpResponse:
        """Show the options of the chosen cluster, and the dry run if there is one."""
        return self.answer(self.form_as_typed(), trial=dry_run_of(self.request.POST))

    def dry_run(self) -> HttpResponse:
        """Submit a dry run; the form keeps its values."""
        form = self.bound_form()
        if not form.is_valid():
            return self.answer(form, status=400)
        try:
            trial = DryRun(building.submit_dry_run(self.decided(form), by=self.by))
        except NotSubmitted as exc:
            return self.answer(form, not_tried=str(exc))
        return self.answer(form, trial=trial)

    def name_taken(self, form: ReviewForm) -> HttpResponse:
        form.add_name_taken()
        return self.answer(form, status=400)


def answer_accepted(
    request: UserRequest, application: InstanceApplication, job: Job
) -> HttpResponse:
    text = _("%(name)s was approved and is being built on %(cluster)s.")
    names = {"name": application.hostname, "cluster": job.cluster}
    messages.success(request, text % names)
    return redirect("applications:detail", application.pk)


def answer_not_submitted(
    request: UserRequest, application: InstanceApplication, exc: NotSubmitted
) -> HttpResponse:
    """Report that it was accepted but not submitted, and go back to the review."""
    text = _("The application was approved, but the cluster rejected the job: %(why)s")
    messages.error(request, text % {"why": exc})
    return redirect("applications:review", application.pk)
