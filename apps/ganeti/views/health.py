"""Whether the site is alive and ready, for monitors and load balancers."""

import logging
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..models import WatcherBeat

logger = logging.getLogger(__name__)


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "cache": _cache,
        "watcher": _watcher,
    }
    answers = {name: check() for name, check in checks.items()}
    ready = all(answer == "ok" for answer in answers.values())
    return JsonResponse({"ready": ready, **answers}, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        logger.exception("The database does not answer")
        return "does not answer"
    return "ok"


def _cache() -> str:
    """Write and read back: a backend may swallow that its server is away.

    One key for all: strangers ask too. Another process may write to it in between.
    """
    try:
        cache.set("readyz", True, 10)
        value = cache.get("readyz")
    except Exception:
        logger.warning("The cache does not answer", exc_info=True)
        return "does not answer"
    return "ok" if value else "does not keep"


def _watcher() -> str:
    try:
        newest = WatcherBeat.newest()
    except DatabaseError:
        return "not known"
    if newest is None:
        return "never heard of"
    silent = timezone.now() - newest
    if silent > WatcherBeat.ALIVE:
        return f"silent for {int(silent.total_seconds())} s"
    return "ok"
