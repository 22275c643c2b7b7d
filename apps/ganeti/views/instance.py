"""The page of an instance, and its polls."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.person import person_of
from apps.web.requests import UserRequest

from .. import access, graphs
from ..display import (
    instance_history,
    instance_page,
    instance_rows,
    labels,
    row_cache,
)
from ..display.change_buttons import ChangeButtons
from ..display.instance_page import ActionButton, Machine
from ..forms.actions import ActionForm, EmptyForm, empty_form_for
from ..models import Job
from .lookup import RequestedInstance, visible_instance
from .polls import awaited_job


@require_safe
def instance_detail(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
    requested = visible_instance(request, cluster_slug, name)
    return render(request, "ganeti/instance_detail.html", page_of(request, requested))


def page_of(
    request: UserRequest,
    requested: RequestedInstance,
    invalid: ActionForm | None = None,
) -> dict[str, Any]:
    """Return the context of an instance's page; ``invalid`` is a form with errors."""
    machine = requested.page()
    instance, inventory = requested.instance, requested.inventory
    return {
        "machine": machine,
        "lines": instance_history.history(request.user, machine),
        "buttons": list(_buttons(machine, invalid)),
        "invalid_form": invalid,
        "staff": access.may_see_clusters(inventory.person),
        "has_graphs": graphs.are_configured(),
        "change_buttons": ChangeButtons(instance, inventory, machine.busy),
    }


def _buttons(
    machine: Machine, invalid: ActionForm | None
) -> Iterator[tuple[ActionButton, ActionForm | EmptyForm | None]]:
    """Yield the buttons, each with its form if it is enabled and has one."""
    for action in machine.actions:
        if invalid and invalid.job_kind == action.kind:
            yield action, invalid
        elif action.off:
            yield action, None
        else:
            form = empty_form_for(action.kind, machine.instance, machine.visible)
            yield action, form


@require_safe
def instance_poll(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
    """Return a row or a page's moving part, as it is now, while a job runs.

    A row whose job runs on stays as it is: most polls find that, and cost little.
    """
    requested = visible_instance(request, cluster_slug, name)
    if request.GET.get("as") == "page":
        page = {**page_of(request, requested), "oob": True}
        return render(request, "ganeti/_instance_polled.html", page)
    job = awaited_job(request)
    if job is not None and job.unfinished:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if job is not None and job.failed:
        _report_failure(request, requested, job)
    return row(request, requested)


def row(request: UserRequest, requested: RequestedInstance) -> HttpResponse:
    """Return the instance's row of the list, with pending messages."""
    staff = access.may_see_clusters(person_of(request))
    columns = instance_rows.shown(instance_rows.chosen(request.user), staff=staff)
    context = {
        "drawn": row_cache.draw(
            instance_rows.Rows(requested.inventory, [requested.instance]), columns
        ),
        "oob": True,
    }
    return render(request, "ganeti/_instance_answer.html", context)


def _report_failure(
    request: UserRequest, requested: RequestedInstance, job: Job
) -> None:
    """Report that the job that a row polled for failed: the row doesn't show it."""
    messages.error(
        request,
        format_html(
            '{} <a href="{}">{}</a>',
            _("%(name)s: %(what)s.")
            % {"name": requested.instance.name, "what": labels.not_done(job)},
            instance_page.address(requested.instance),
            _("See why"),
        ),
    )
