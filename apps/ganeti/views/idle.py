"""Accounts that nobody has used for long, for staff."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.access import may_see_people
from apps.accounts.person import person_of
from apps.accounts.services import idle
from apps.web.requests import UserRequest

SIZE = 50


@require_safe
def idle_accounts(request: UserRequest) -> HttpResponse:
    if not may_see_people(person_of(request)):
        raise Http404(_("Page not found."))
    page = Paginator(idle.idle(), SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "days": settings.IDLE_ACCOUNT_NOTIFICATION_DAYS}
    return render(request, "ganeti/idle_accounts.html", context)
