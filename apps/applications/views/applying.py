"""Apply for a machine, and withdraw an application."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.auditlog.actor import acting
from apps.ganeti.domain import tags
from apps.ganeti.jobs.submission import ActionRefused
from apps.ganeti.services.owners import Owner
from apps.web import rate_limit
from apps.web.requests import UserRequest, wants_fragment

from ..display import usage
from ..display.usage import Total
from ..forms.applying import NO_TAG, SIZES, ApplicationForm
from ..instance_spec import MIB_PER_GIB
from ..models import InstanceApplication
from ..services import filing
from ..services.filing import NameTaken, TooManyOpen
from ..states import TooLate
from .lookup import as_answer


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: UserRequest) -> HttpResponse:
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        application = _file(request, form)
        if application is not None:
            return redirect("applications:detail", application.pk)
    is_fragment = wants_fragment(request)
    template = "applications/_total.html" if is_fragment else "applications/apply.html"
    return render(request, template, _context(request, form))


def _form(request: UserRequest) -> ApplicationForm:
    """Return the bound form, or a new one with sizes from the query string."""
    if request.method == "POST":
        return ApplicationForm(request.POST, applicant=request.user)
    sizes = {name: request.GET[name] for name in SIZES if name in request.GET}
    return ApplicationForm(applicant=request.user, initial=sizes)


def _file(request: UserRequest, form: ApplicationForm) -> InstanceApplication | None:
    """File the application; None, with form errors, if the name or limit is taken."""
    rate_limit.enforce("application", account=request.user.get_username())
    try:
        application = filing.file(form.application_fields(), by=acting(request))
    except NameTaken:
        form.add_name_taken()
        return None
    except TooManyOpen:
        form.add_too_many_open()
        return None
    messages.success(
        request,
        _("Your application for %(name)s was submitted.")
        % {"name": application.hostname},
    )
    if unreachable := form.findings.unreachable:
        text = ngettext(
            "Couldn't check whether the name is available on %(clusters)s: the "
            "cluster isn't responding. The staff will check again.",
            "Couldn't check whether the name is available on %(clusters)s: the "
            "clusters aren't responding. The staff will check again.",
            len(unreachable),
        )
        messages.warning(request, text % {"clusters": ", ".join(unreachable)})
    return application


def _context(request: UserRequest, form: ApplicationForm) -> dict[str, Any]:
    own = usage.own_inventory(request.user)
    have = Total.of_machines(own.instances)
    wait = usage.requested_total(request.user)
    sizes = {name: form.size(name) for name in SIZES}
    disk_mib = sizes["disk_gib"] * MIB_PER_GIB
    this = Total(1, sizes["memory_mib"], sizes["vcpus"], disk_mib)
    return {
        "form": form,
        "have": have,
        "wait": wait,
        "this": this,
        "together": have + wait + this,
        "away": [
            s.cluster.slug for s in own.snapshots if s.down or s.published is None
        ],
        "no_tag": not Owner(tags.USER, request.user.get_username()).fits_tag,
        "why_no_tag": NO_TAG,
        "without_keys": not request.user.ssh_keys.exists(),
    }


@require_POST
def withdraw(request: UserRequest, pk: int) -> HttpResponse:
    applications = InstanceApplication.objects.select_related("applicant")
    application = get_object_or_404(applications, pk=pk)
    try:
        filing.withdraw(application, by=acting(request))
    except ActionRefused as exc:
        raise as_answer(exc.verdict) from exc
    except TooLate:
        messages.warning(
            request, _("The application wasn't withdrawn: it has already been decided.")
        )
    else:
        messages.success(request, _("The application was withdrawn."))
    return redirect("applications:detail", pk)
