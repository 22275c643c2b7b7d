"""Have a machine built without an application of its owner's."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from apps.accounts.person import person_of
from apps.auditlog.actor import acting
from apps.ganeti.jobs.submission import ActionRefused
from apps.web.requests import UserRequest

from .. import access
from ..forms.review import CreateForm, ReviewForm
from ..models import InstanceApplication
from ..services import reviewing
from ..services.building import NotTaken
from ..services.filing import NameTaken
from .lookup import as_answer
from .review_page import FormPage, accepted, not_taken

# To begin with.
_SIZES = {"memory_mib": 2048, "vcpus": 1, "disk_gib": 20}


class CreatePage(FormPage):
    template = "applications/create.html"
    form_class = CreateForm

    def decided(self, form: ReviewForm) -> InstanceApplication:
        owner = form.cleaned_data["owner"]
        return InstanceApplication(applicant=owner, **form.decided())


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: UserRequest) -> HttpResponse:
    page = CreatePage(request, InstanceApplication(applicant=request.user))
    if request.method != "POST":
        verdict = access.may_create(person_of(request))
        if not verdict.allowed:
            raise as_answer(verdict)
        owner = request.user.get_username()
        return page.answer(page.filled({**_SIZES, "owner": owner}))
    try:
        reviewing.check_creator(by=acting(request))
    except ActionRefused as exc:
        raise as_answer(exc.verdict) from exc
    do = {"create": _create, "try": CreatePage.try_out}
    return do.get(request.POST.get("do", ""), CreatePage.look)(page)


def _create(page: CreatePage) -> HttpResponse:
    form = page.sent()
    if not form.is_valid():
        return page.answer(form, status=400)
    made = page.decided(form)
    try:
        job = reviewing.create(made, form.decided(), by=page.by)
    except NameTaken:
        return page.name_taken(form)
    except NotTaken as exc:
        return not_taken(page.request, made, exc)
    return accepted(page.request, made, job)
