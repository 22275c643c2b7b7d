"""Visible applications: search, filters, order and pages."""

from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Expression,
    F,
    IntegerField,
    OrderBy,
    QuerySet,
    Value,
    When,
)

from apps.accounts.person import Person
from apps.accounts.search import contain_all
from apps.ganeti.domain.instance import natural_key

from . import access
from .display.list_query import ApplicationQuery
from .models import InstanceApplication
from .states import Status

Applications = QuerySet[InstanceApplication]

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
SEARCHED = (
    "hostname",
    "applicant__username",
    "applicant__email",
    "applicant__first_name",
    "applicant__last_name",
    "organization__title",
    "cluster__slug",
    "contact_name",
    "contact_email",
)


def visible(user: User, person: Person) -> Applications:
    """Return the applications that the user may see: all, or their own."""
    if access.may_see_applications(person):
        return InstanceApplication.objects.all()
    return InstanceApplication.objects.filter(applicant=user)


def page(
    applications: Applications, query: ApplicationQuery
) -> Page[InstanceApplication]:
    """Return the requested page, or the nearest that exists."""
    matching = _matching(applications, query).select_related("applicant", "cluster")
    if query.column == "name":
        return _page_by_name(matching, query)
    # Among equals the newer comes first, in either direction.
    order = OrderBy(_ORDERS[query.column], descending=query.descending)
    paginator = Paginator(matching.order_by(order, "-pk"), query.size)
    return paginator.get_page(max(1, query.page))


def _page_by_name(
    applications: Applications, query: ApplicationQuery
) -> Page[InstanceApplication]:
    """Return a page sorted naturally (web2, web10), which databases can't."""
    names = list(applications.order_by("-pk").values_list("pk", "hostname"))
    names.sort(
        key=lambda key_and_name: natural_key(key_and_name[1]), reverse=query.descending
    )
    keys: Paginator[Any] = Paginator([pk for pk, _name in names], query.size)
    page = keys.get_page(max(1, query.page))
    rows = applications.in_bulk(list(page))
    return Page([rows[pk] for pk in page if pk in rows], page.number, keys)


def _matching(applications: Applications, query: ApplicationQuery) -> Applications:
    if query.status:
        applications = applications.filter(status__in=query.states)
    return applications.filter(contain_all(query.q.split(), SEARCHED))
