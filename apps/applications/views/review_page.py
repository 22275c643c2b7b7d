"""A page with a review form: how the form is made, tried out and shown again."""

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
from ..services.building import NotTaken
from ..services.dry_run import Trial, asked_trial


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

    def filled(self, initial: dict[str, Any]) -> ReviewForm:
        """Return the form with this in it, not validated."""
        return self.form_class(application=self.application, initial=initial)

    def typed(self) -> ReviewForm:
        """Return the form as it was sent, not validated."""
        return self.filled(as_typed(self.request.POST))

    def sent(self) -> ReviewForm:
        """Return the form as it was sent, to be validated."""
        return self.form_class(self.request.POST, application=self.application)

    @abstractmethod
    def decided(self, form: ReviewForm) -> InstanceApplication:
        """Return an application with what a valid form says, not saved."""

    # -- answers

    def context(self) -> dict[str, Any]:
        """Return what the template shows beside the form."""
        return {}

    def answer(
        self, form: ReviewForm, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        context = {"form": form, "panel": form.panel, **self.context(), **more}
        return render(self.request, self.template, context, status=status)

    def look(self) -> HttpResponse:
        """Show what the chosen cluster offers, or how the trial goes."""
        return self.answer(self.typed(), trial=asked_trial(self.request.POST))

    def try_out(self) -> HttpResponse:
        """Ask Ganeti whether it would build it; what was typed stays on the page."""
        form = self.sent()
        if not form.is_valid():
            return self.answer(form, status=400)
        try:
            trial = Trial(building.try_out(self.decided(form), by=self.by))
        except NotTaken as exc:
            return self.answer(form, not_tried=str(exc))
        return self.answer(form, trial=trial)

    def name_taken(self, form: ReviewForm) -> HttpResponse:
        form.name_taken()
        return self.answer(form, status=400)


def accepted(
    request: UserRequest, application: InstanceApplication, job: Job
) -> HttpResponse:
    text = _("%(name)s was approved and is being built on %(cluster)s.")
    names = {"name": application.hostname, "cluster": job.cluster}
    messages.success(request, text % names)
    return redirect("applications:detail", application.pk)


def not_taken(
    request: UserRequest, application: InstanceApplication, exc: NotTaken
) -> HttpResponse:
    """Say that it was accepted but not submitted; nothing is lost."""
    text = _("The application was approved, but the cluster rejected the job: %(why)s")
    messages.error(request, text % {"why": exc})
    return redirect("applications:review", application.pk)
