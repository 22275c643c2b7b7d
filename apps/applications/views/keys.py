"""Serve the applicant's SSH keys to the node that installs the machine."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts import contact
from apps.web import rate_limit
from apps.web.requests import client_ip

from ..models import InstanceApplication, new_cookie
from ..states import Status

# No machine will be built for these.
WITHOUT_MACHINE = frozenset({Status.REFUSED, Status.DISCARDED, Status.WITHDRAWN})


@login_not_required
@never_cache
@require_safe
def ssh_keys(request: HttpRequest, pk: int, cookie: str) -> HttpResponse:
    """Return the keys if the cookie matches; never reveal which applications exist."""
    wait_s = rate_limit.hit("ssh-keys-fetch", address=client_ip(request))
    if wait_s:
        response = _plain("Too many requests.\n", 429)
        response["Retry-After"] = str(wait_s)
        return response
    applications = InstanceApplication.objects.select_related("applicant").filter(pk=pk)
    application = applications.exclude(status__in=WITHOUT_MACHINE).first()
    expected_cookie = application.cookie if application else new_cookie()
    if not constant_time_compare(cookie, expected_cookie) or application is None:
        return _plain("Not allowed.\n", 403)
    applicant = application.applicant
    return _plain(
        contact.authorized_keys(applicant) if applicant.is_active else "", 200
    )


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
