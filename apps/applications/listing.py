"""READ: applications that somebody may see; searched, filtered, sorted, in pages."""

from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Expression,
    F,
    IntegerField,
    OrderBy,
    Q,
    QuerySet,
    Value,
    When,
)
from natsort import natsort_keygen, ns

from apps.accounts.person import Person

from . import access
from .display.list_query import Asked
from .models import InstanceApplication
from .states import Status

Found = QuerySet[InstanceApplication]

_natural = natsort_keygen(alg=ns.IGNORECASE)
_LIFE = Case(
    *(When(status=status, then=Value(n)) for n, status in enumerate(Status)),
    output_field=IntegerField(),
)
_ORDERS: dict[str, Expression | F] = {
    "filed": F("filed_at"),
    "status": _LIFE,
    "applicant": F("applicant__username"),
    "memory": F("memory_mib"),
    "vcpus": F("vcpus"),
    "disk": F("disk_gib"),
    "cluster": F("cluster__slug"),
}
_SEARCHED = (
    "hostname",
    "applicant__username",
    "applicant__first_name",
    "applicant__last_name",
    "organization__title",
    "cluster__slug",
)


def visible(user: User, person: Person) -> Found:
    """Return what somebody may see: everything, or what they asked for themselves."""
    if access.may_see_applications(person):
        return InstanceApplication.objects.all()
    return InstanceApplication.objects.filter(applicant=user)


def page(seen: Found, asked: Asked) -> Page[InstanceApplication]:
    """Return the page that the address asks for, or the nearest."""
    found = _matching(seen, asked).select_related("applicant", "cluster")
    if asked.column == "name":
        return _page_by_name(found, asked)
    # Of two that are alike the newer comes first, whichever way the rest goes.
    order = OrderBy(_ORDERS[asked.column], descending=asked.descending)
    paginator = Paginator(found.order_by(order, "-pk"), asked.size)
    return paginator.get_page(max(1, asked.page))


def _page_by_name(found: Found, asked: Asked) -> Page[InstanceApplication]:
    """Return a page in natural order, which databases do not know: web2, web10."""
    names = list(found.order_by("-pk").values_list("pk", "hostname"))
    names.sort(key=lambda each: _natural(each[1]), reverse=asked.descending)
    keys: Paginator[Any] = Paginator([pk for pk, _name in names], asked.size)
    page = keys.get_page(max(1, asked.page))
    rows = found.in_bulk(list(page))
    return Page([rows[pk] for pk in page if pk in rows], page.number, keys)


def _matching(seen: Found, asked: Asked) -> Found:
    if asked.status:
        seen = seen.filter(status__in=asked.states)
    for word in asked.q.split():
        fits = Q()
        for field in _SEARCHED:
            fits |= Q(**{f"{field}__icontains": word})
        seen = seen.filter(fits)
    return seen
