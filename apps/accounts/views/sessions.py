"""Active sessions of a user, and ending them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.auditlog import entries
from apps.auditlog.actor import acting

from .. import sessions
from ..user_agents import describe


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    rows = [
        {
            "session": session,
            "browser": describe(session.user_agent),
            "is_this": session.session_key == request.session.session_key,
        }
        for session in sessions.of(acting(request).user)
    ]
    rows.sort(key=lambda row: not row["is_this"])
    return render(request, "accounts/sessions.html", {"rows": rows})


@require_POST
def end(request: HttpRequest, number: UUID) -> HttpResponse:
    by = acting(request)
    active = sessions.of(by.user)
    session = next((s for s in active if s.number == number), None)
    if session is None:
        raise Http404(_("This session doesn't exist or has already ended."))
    entries.record(by, sessions.ENDED, detail=session.address or "")
    if session.session_key == request.session.session_key:
        logout(request)
        return redirect("accounts:login")
    session.delete()
    messages.success(request, _("The session has ended."))
    return redirect("accounts:sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    by = acting(request)
    with transaction.atomic():
        count = sessions.end_all(by.user, but=request.session.session_key)
        if count:
            entries.record(by, sessions.ENDED, detail=str(count))
    text = ngettext(
        "%(count)d other session has ended.",
        "%(count)d other sessions have ended.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("accounts:sessions")
