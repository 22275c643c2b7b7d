"""Search for applications."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.accounts.person import person_of
from apps.accounts.search import contain_all, with_phone
from apps.web.requests import UserRequest
from apps.web.search import Provider, Result
from apps.web.search_query import SearchQuery

from . import listing
from .display import labels
from .models import InstanceApplication


def _find(request: UserRequest, query: SearchQuery, limit: int) -> Sequence[Result]:
    condition = contain_all(query.words, listing.SEARCHED)
    if query.phone:
        rows = InstanceApplication.objects.all()
        matching = with_phone(rows, query.phone, field="contact_phone")
        condition |= Q(pk__in=matching.values("pk"))
    if query.number is not None:
        condition |= Q(pk=query.number)
    if not condition:
        return []
    visible = listing.visible(request.user, person_of(request)).filter(condition)
    newest = list(visible.select_related("applicant").order_by("-pk")[:limit])
    # The one of this number first, which may be older than all of these.
    exact = visible.select_related("applicant").filter(pk=query.number or 0)
    applications = [*exact, *(row for row in newest if row.pk != query.number)]
    return [_result(application) for application in applications[:limit]]


def _result(application: InstanceApplication) -> Result:
    facts = (
        f"#{application.pk}",
        labels.state(application),
        application.applicant.get_username(),
    )
    url = reverse("applications:detail", args=[application.pk])
    return Result(application.hostname, " · ".join(facts), url)


def _list_url(query: SearchQuery) -> str:
    return f"{reverse('applications:list')}?{urlencode({'q': query.text})}"


PROVIDERS = (
    Provider(70, "file-earmark-text", gettext_lazy("Applications"), _find, _list_url),
)
