"""The list of jobs, and the menu of jobs in the top bar."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.person import person_of
from apps.web.fragments import render as render_fragment
from apps.web.lists import page_links
from apps.web.requests import UserRequest, wants_fragment

from .. import access
from ..display import job_labels, job_list_cache, job_menu, job_rows
from ..display.job_query import JobQuery
from ..jobs import counts
from ..models import WatcherBeat
from ..reads import cluster_jobs
from ..reads.cluster_jobs import VisibleJobs
from ..state import job_interest

PAGE_SIZE = 50


@require_safe
def job_list(request: UserRequest) -> HttpResponse:
    """Return the list; while it is looked at, it polls `job_list_poll`."""
    query = JobQuery.read(request.GET)
    part = wants_fragment(request)
    template = "ganeti/_job_list.html" if part else "ganeti/job_list.html"
    context = _context(_visible(request, query), query)
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    if part:
        response["HX-Push-Url"] = request.path + query.address().removesuffix("?")
    return response


@require_safe
def job_list_poll(request: UserRequest) -> HttpResponse:
    """Return the list as it is now; `views.polls` answers polls without news."""
    query, person = JobQuery.read(request.GET), person_of(request)
    jobs = _visible(request, query)
    viewer = "" if access.may_see_all_jobs(person) else person.username
    version = job_rows.version_of(jobs.queues)
    markup = job_list_cache.rendered(
        (viewer, query, get_language(), version),
        lambda: render_to_string("ganeti/_job_list.html", _context(jobs, query)),
    )
    count = counts.count(request.user, person, now=True)
    indicator = {"jobs": count, "oob": True}
    return HttpResponse(
        markup + render_fragment("ganeti/_running_jobs.html", indicator)
    )


def _visible(request: UserRequest, query: JobQuery) -> VisibleJobs:
    """Return the jobs that the user may see, and record that they look at them."""
    jobs = cluster_jobs.visible(person_of(request), cluster=query.cluster)
    job_interest.record_viewers(queue.cluster for queue in jobs.queues)
    return jobs


def _context(jobs: VisibleJobs, query: JobQuery) -> dict[str, Any]:
    page = jobs.page(query.criteria, size=PAGE_SIZE)
    items = list(page)
    unread = [queue for queue in jobs.queues if queue.read_at is None]
    return {
        "query": query,
        "page": page,
        "rows": list(job_rows.rows(items, jobs, cluster_jobs.submitted_here(items))),
        "heads": job_rows.heads(sorted_by=query.sorted_by, order=query.sort),
        "chips": list(query.chips()),
        "pages": page_links(page, lambda number: query.address(page=number)),
        "kinds": _kinds(jobs, query),
        "clusters": tuple(s.cluster.slug for s in jobs.inventory.snapshots),
        "everything": access.may_see_all_jobs(jobs.person),
        "failing": [queue for queue in jobs.queues if queue.error],
        "unread": [queue for queue in unread if not queue.error],
        "watcher_away": bool(unread) and not WatcherBeat.is_alive(),
        "poll_query": query.poll_query(job_rows.version_of(jobs.queues)),
    }


def _kinds(jobs: VisibleJobs, query: JobQuery) -> tuple[tuple[str, str], ...]:
    """Return the kinds of jobs that are in the queues with their labels, by these."""
    kinds = jobs.kinds() | ({query.kind} if query.kind else set())
    labelled = ((kind, job_labels.kind(kind)) for kind in kinds)
    return tuple(sorted(labelled, key=lambda item: item[1]))


# -- the menu in the top bar


@require_safe
def jobs_running(request: UserRequest) -> HttpResponse:
    """Return the indicator of the top bar; it asks again only while jobs run."""
    count = counts.count(request.user, person_of(request))
    return HttpResponse(render_fragment("ganeti/_running_jobs.html", {"jobs": count}))


@require_safe
def jobs_menu(request: UserRequest) -> HttpResponse:
    """Return the menu of the indicator: running jobs, and those that just finished."""
    return _menu(request)


@require_POST
def jobs_read(request: UserRequest) -> HttpResponse:
    """Mark the jobs that had finished when the menu was opened as read."""
    now = timezone.now()
    counts.mark_as_read(request.user, min(_time(request.POST.get("until", "")), now))
    if not request.htmx:
        return redirect("ganeti:job-list")
    response = _menu(request)
    response["HX-Trigger"] = "jobs"
    return response


def _menu(request: UserRequest) -> HttpResponse:
    menu = job_menu.menu_of(request.user, person_of(request))
    return render(request, "ganeti/_job_menu.html", {"menu": menu})


def _time(text: str) -> datetime:
    """Return the time in a form's field; now if it is invalid."""
    try:
        at = datetime.fromisoformat(text[:40])
    except ValueError:
        return timezone.now()
    return at if timezone.is_aware(at) else timezone.now()
