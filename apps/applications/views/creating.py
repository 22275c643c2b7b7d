"""Create a machine without an application by its owner."""

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
from ..services.building import NotSubmitted
from ..services.filing import NameTaken
from .lookup import as_answer
from .review_page import FormPage, answer_accepted, answer_not_submitted

# Initial values.
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
        return page.answer(page.unbound_form({**_SIZES, "owner": owner}))
    try:
        reviewing.check_creator(by=acting(request))
    except ActionRefused as exc:
        raise as_answer(exc.verdict) from exc
    actions = {"create": _create, "try": CreatePage.dry_run}
    return actions.get(request.POST.get("do", ""), CreatePage.look)(page)


def _create(page: CreatePage) -> HttpResponse:
    form = page.bound_form()
    if not form.is_valid():
        return page.answer(form, status=400)
    application = page.decided(form)
    try:
        job = reviewing.create(application, form.decided(), by=page.by)
    except NameTaken:
        return page.name_taken(form)
    except NotSubmitted as exc:
        return answer_not_submitted(page.request, application, exc)
    return answer_accepted(page.request, application, job)
