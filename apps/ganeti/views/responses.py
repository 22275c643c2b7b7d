"""What all pages share that change what a machine is."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.auditlog.actor import acting
from apps.web import rate_limit
from apps.web.requests import UserRequest

from ..display import instance_page
from ..jobs.submission import ActionRefused, NotNow
from ..models import Job
from ..rapi.errors import RapiError
from ..services import confirmation
from ..services.lifecycle import Wish
from .lookup import Found
from .power import not_asked, refusal, tell

View = Callable[[UserRequest, str, str], HttpResponse]


def handle_refusals(view: View) -> View:
    """Answer 404 or 403 where a service refuses, and say why it cannot be now."""

    @wraps(view)
    def wrapped(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
        try:
            return view(request, cluster_slug, name)
        except ActionRefused as exc:
            return refusal(request, exc)
        except NotNow as exc:
            messages.warning(request, str(exc))
            return redirect("ganeti:instance-detail", cluster_slug, name)

    return wrapped


def submit_and_report(
    request: UserRequest,
    found: Found,
    act: Callable[[], Job | None],
    *,
    notice: str = "",
) -> bool:
    """Do it and say what came of it; tell whether it is under way or needless.

    ``notice`` is what else there is to say of what is under way.
    """
    try:
        job = act()
    except NotNow as exc:
        messages.warning(request, str(exc))
        return False
    except RapiError as exc:
        messages.error(request, not_asked(found, exc))
        return False
    if job is None:
        messages.info(request, _("Nothing was changed: it is so already."))
    else:
        tell(request, found, job)
        if notice:
            messages.info(request, notice)
    return True


def ask_or_do(request: UserRequest, found: Found, wish: Wish) -> HttpResponse:
    """Mail the link that does it, or do it at once; go back to the machine."""
    by = acting(request)
    if confirmation.may_skip_mail(by):
        job = confirmation.do_at_once(found.cluster, found.instance, wish, by=by)
        tell(request, found, job)
    else:
        rate_limit.enforce("confirmation-mail", account=by.user.get_username())
        confirmation.ask(found.cluster, found.instance, wish, by=by)
        text = _(
            "Nothing has been done yet. A mail with a link that does it is on its way "
            "to %(address)s."
        )
        messages.success(request, text % {"address": by.user.email})
    return redirect(instance_page.address(found.instance))
