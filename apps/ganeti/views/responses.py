"""Responses, messages and refusals of the views that change an instance."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _

from apps.auditlog.actor import acting
from apps.web import rate_limit, stored_text
from apps.web.requests import UserRequest
from apps.web.stored_text import Text

from ..access import Answer
from ..display import instance_page, labels
from ..domain.job import JobStatus
from ..jobs.submission import ActionRefused, NotNow
from ..models import Job
from ..rapi.errors import RapiError
from ..services import confirmation
from ..services.lifecycle import ActionSpec
from .instance import row
from .lookup import RequestedInstance, back_to_list, visible_instance

View = Callable[..., HttpResponse]


def handle_refusals(view: View) -> View:
    """Answer in HTML what services raise when they do not do what was asked.

    404 or 403 for those who may not; for those who may, a message on the page that
    they came from, saying why it cannot be done now or that Ganeti has not done it.
    """

    @wraps(view)
    def wrapped(
        request: UserRequest, cluster_slug: str, name: str, **options: object
    ) -> HttpResponse:
        try:
            return view(request, cluster_slug, name, **options)
        except ActionRefused as exc:
            return refusal(request, exc)
        except NotNow as exc:
            messages.warning(request, str(exc))
        except RapiError as exc:
            messages.error(request, not_submitted(name, exc))
        return back_to_instance(request, cluster_slug, name)

    return wrapped


def refusal(request: UserRequest, exc: ActionRefused) -> HttpResponse:
    """Answer 404 if the person may not see the instance, else 403."""
    if exc.verdict.answer is Answer.INVISIBLE:
        raise Http404(_("This machine doesn't exist, or you don't have access to it."))
    if not request.htmx:
        raise PermissionDenied(str(exc.verdict.reason))
    # The page that asked draws itself anew, and shows the message then.
    messages.error(request, str(exc.verdict.reason))
    return HttpResponse(status=HTTPStatus.FORBIDDEN)


def back_to_instance(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    """Return to where a button was pressed: a row, the list, or the instance's page."""
    if request.htmx:
        response = row(request, visible_instance(request, cluster_slug, name))
        response["HX-Trigger"] = "jobs"
        return response
    if request.POST.get("next"):
        return redirect(back_to_list(request))
    return redirect("ganeti:instance-detail", cluster_slug, name)


def submit_and_report(
    request: UserRequest,
    requested: RequestedInstance,
    submit: Callable[[], Job | None],
    *,
    notice: str = "",
) -> bool:
    """Submit and report it; return False, with the reason reported, if that failed.

    For forms that are shown again then, with what was typed. ``notice`` is shown too
    if it was submitted.
    """
    try:
        report(request, requested, submit(), notice=notice)
    except NotNow as exc:
        messages.warning(request, str(exc))
        return False
    except RapiError as exc:
        messages.error(request, not_submitted(requested.instance.name, exc))
        return False
    return True


def report(
    request: UserRequest,
    requested: RequestedInstance,
    job: Job | None,
    *,
    notice: str = "",
) -> None:
    """Report the job that was submitted, if any; ``notice`` is shown with it."""
    if job is None:
        messages.info(request, _("No changes needed."))
        return
    name = requested.instance.name
    if job.status == JobStatus.IN_DOUBT:
        text = _(
            "%(name)s: the cluster didn't respond. We're checking whether it "
            "received the job; the machine can't be changed until then."
        )
        messages.warning(request, text % {"name": name})
    else:
        text = format_html(
            '{} <a href="{}">{}</a>',
            labels.doing(job),
            instance_page.address(requested.instance),
            name,
        )
        messages.success(request, text)
    if notice:
        messages.info(request, notice)


def not_submitted(name: str, exc: RapiError) -> str:
    """Return the message that a job wasn't submitted, with the error as its details."""
    text = _("%(name)s: nothing was done because the cluster didn't accept the job.")
    return with_details(text % {"name": name}, stored_text.translate(str(exc)))


def with_details(text: Text, details: str) -> str:
    """Return a message with a text of Ganeti behind "Details"."""
    return format_html(
        "{} <details><summary>{}</summary>{}</details>", text, _("Details"), details
    )


def request_or_submit(
    request: UserRequest, requested: RequestedInstance, spec: ActionSpec
) -> HttpResponse:
    """Mail the confirmation link, or submit at once; redirect to the instance."""
    by = acting(request)
    if confirmation.may_skip_mail(by):
        job = confirmation.submit_without_mail(
            requested.cluster, requested.instance, spec, by=by
        )
        report(request, requested, job)
    else:
        rate_limit.enforce("confirmation-mail", account=by.user.get_username())
        confirmation.create_request(requested.cluster, requested.instance, spec, by=by)
        text = _(
            "Nothing has been done yet. We've sent a confirmation link to %(address)s."
        )
        messages.success(request, text % {"address": by.user.email})
    return redirect(instance_page.address(requested.instance))
