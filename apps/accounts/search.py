"""Search for users, groups and organizations."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.requests import UserRequest
from apps.web.search import Provider, Result
from apps.web.search_query import SearchQuery

from . import access
from .models import Organization, Profile, SshKey
from .person import person_of

USER_FIELDS = ("username", "first_name", "last_name", "email")
_ORGANIZATION_FIELDS = ("title", "tag", "email", "website")


def _find_users(
    request: UserRequest, query: SearchQuery, limit: int
) -> Sequence[Result]:
    if not access.may_see_people(person_of(request)):
        return []
    condition = contain_all(query.words, USER_FIELDS)
    if query.phone:
        profiles = with_phone(Profile.objects.all(), query.phone)
        condition |= Q(pk__in=profiles.values("user"))
    if query.fingerprint:
        keys = SshKey.objects.filter(fingerprint__startswith=query.fingerprint)
        condition |= Q(pk__in=keys.values("owner"))
    if not condition:
        return []
    users = _best(User.objects.filter(condition), "username", query)
    return [
        Result(
            user.get_username(),
            _describe(user),
            reverse("ganeti:user-info", args=[user.get_username()]),
        )
        for user in users[:limit]
    ]


def _describe(user: User) -> str:
    inactive = "" if user.is_active else _("inactive")
    return " · ".join(filter(None, (user.get_full_name(), user.email, inactive)))


def _find_groups(
    request: UserRequest, query: SearchQuery, limit: int
) -> Sequence[Result]:
    condition = contain_all(query.words, ["name"])
    if not condition or not access.may_see_people(person_of(request)):
        return []
    groups = _best(Group.objects.filter(condition), "name", query)
    return [
        Result(group.name, "", reverse("ganeti:group-info", args=[group.name]))
        for group in groups[:limit]
    ]


def _find_organizations(
    request: UserRequest, query: SearchQuery, limit: int
) -> Sequence[Result]:
    if not access.may_see_organizations(person_of(request)):
        return []
    condition = contain_all(query.words, _ORGANIZATION_FIELDS)
    if query.phone:
        matching = with_phone(Organization.objects.all(), query.phone)
        condition |= Q(pk__in=matching.values("pk"))
    if not condition:
        return []
    organizations = _best(Organization.objects.filter(condition), "title", query)
    return [
        Result(
            organization.title,
            organization.tag,
            reverse("admin:accounts_organization_change", args=[organization.pk]),
        )
        for organization in organizations[:limit]
    ]


def contain_all(words: Iterable[str], fields: Iterable[str]) -> Q:
    """Return the condition that each word is in one of the fields; empty if none."""
    condition = Q()
    for word in words:
        in_a_field = Q()
        for field in fields:
            in_a_field |= Q(**{f"{field}__icontains": word})
        condition &= in_a_field
    return condition


def with_phone(
    rows: QuerySet[Any], digits: str, *, field: str = "phone"
) -> QuerySet[Any]:
    """Return the rows whose phone number contains digits, however it is written."""
    number: Combinable = F(field)
    for character in " -()/.":
        number = Replace(number, Value(character), Value(""))
    with_number = rows.exclude(**{field: ""}).alias(digits=number)
    matching: QuerySet[Any] = with_number.filter(digits__contains=digits)
    return matching


def _best(rows: QuerySet[Any], name: str, query: SearchQuery) -> QuerySet[Any]:
    """Sort rows by name: first those of just the name, then those that begin so."""
    rank = Case(
        When(**{f"{name}__iexact": query.text}, then=Value(0)),
        When(**{f"{name}__istartswith": query.text}, then=Value(1)),
        default=Value(2),
    )
    return rows.order_by(rank, name)


PROVIDERS = (
    Provider(40, "person", gettext_lazy("Users"), _find_users),
    Provider(50, "people", gettext_lazy("Groups"), _find_groups),
    Provider(60, "building", gettext_lazy("Organizations"), _find_organizations),
)
