"""Start, shut down and reboot one machine."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.auditlog.actor import acting
from apps.web import stored_text
from apps.web.requests import UserRequest

from ..access import Answer
from ..display import instance_page, labels
from ..domain.job import JobStatus
from ..forms.power import RebootForm
from ..jobs.submission import ActionRefused, NotNow
from ..models import Job
from ..rapi.errors import RapiError
from ..services import power
from .instance import page_of, row, shutdown_form
from .lookup import Found, back_to_list, find, target


@require_POST
def instance_startup(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    found = target(request, cluster_slug, name)
    return _answer(
        request,
        found,
        lambda: power.startup(found.cluster, found.instance, by=acting(request)),
    )


@require_POST
def instance_shutdown(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    found = target(request, cluster_slug, name)
    form = shutdown_form(found, request.POST)
    if not form.is_valid():
        return _with_errors(request, found, shutdown_form=form)
    return _answer(
        request,
        found,
        lambda: power.shutdown(
            found.cluster, found.instance, by=acting(request), **form.options()
        ),
    )


@require_POST
def instance_reboot(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
    found = target(request, cluster_slug, name)
    form = RebootForm({"kind": "hard", **request.POST.dict()})
    if not form.is_valid():
        return _with_errors(request, found, reboot_form=form)
    return _answer(
        request,
        found,
        lambda: power.reboot(
            found.cluster, found.instance, by=acting(request), **form.options()
        ),
    )


def _with_errors(request: UserRequest, wanted: Found, **forms: Form) -> HttpResponse:
    """Return the page with a form that has errors, to whoever may see it."""
    found = find(request, wanted.cluster.slug, wanted.instance.name)
    page = page_of(request, found, **forms)
    return render(request, "ganeti/instance_detail.html", page, status=400)


def _answer(request: UserRequest, found: Found, act: Callable[[], Job]) -> HttpResponse:
    """Do it, say what came of it, and go back to where it was asked for."""
    try:
        job = act()
    except ActionRefused as exc:
        return refusal(request, exc)
    except NotNow as exc:
        messages.warning(request, str(exc))
    except RapiError as exc:
        messages.error(request, not_asked(found, exc))
    else:
        tell(request, found, job)
    if request.htmx:
        response = row(request, found)
        response["HX-Trigger"] = "jobs"
        return response
    if request.POST.get("next"):
        return redirect(back_to_list(request))
    return redirect(instance_page.address(found.instance))


def refusal(request: UserRequest, exc: ActionRefused) -> HttpResponse:
    """Answer 404 to whom the machine does not exist for, 403 to the others."""
    if exc.verdict.answer is Answer.INVISIBLE:
        raise Http404(_("There is no such machine, or it is not yours to see."))
    if not request.htmx:
        raise PermissionDenied(str(exc.verdict.reason))
    # The page that asked draws itself anew, and says it then.
    messages.error(request, str(exc.verdict.reason))
    return HttpResponse(status=HTTPStatus.FORBIDDEN)


def tell(request: UserRequest, found: Found, job: Job) -> None:
    """Name what was started; or that nobody knows yet whether it was."""
    if job.status == JobStatus.IN_DOUBT:
        text = _(
            "%(name)s: its cluster did not answer. Whether it took the job is being "
            "found out; nothing else can be done to the machine until then."
        )
        messages.warning(request, text % {"name": found.instance.name})
        return
    messages.success(
        request,
        format_html(
            '{} <a href="{}">{}</a>',
            labels.doing(job),
            instance_page.address(found.instance),
            found.instance.name,
        ),
    )


def not_asked(found: Found, exc: Exception) -> str:
    """Say that Ganeti was not asked or said no, with its own words behind it."""
    return format_html(
        "{} <details><summary>{}</summary>{}</details>",
        _("%(name)s: nothing was done, since its cluster did not take the job.")
        % {"name": found.instance.name},
        _("Details"),
        stored_text.translate(str(exc)),
    )
