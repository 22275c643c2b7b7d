"""Search for machines."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.accounts.person import person_of
from apps.web.requests import UserRequest
from apps.web.search import Provider, Result
from apps.web.search_query import SearchQuery

from .domain.instance import Instance
from .reads import inventory


def _find_machines(
    request: UserRequest, query: SearchQuery, limit: int
) -> Sequence[Result]:
    visible = inventory.visible(person_of(request))
    return [_machine(instance) for instance in visible.best(query.text, limit)]


def _machine(instance: Instance) -> Result:
    url = reverse("ganeti:instance-detail", args=[instance.cluster, instance.name])
    facts = (instance.cluster, *instance.ips)
    return Result(instance.name, " · ".join(facts), url)


def _list_url(query: SearchQuery) -> str:
    return f"{reverse('ganeti:instance-list')}?{urlencode({'q': query.text})}"


PROVIDERS = (
    Provider(10, "hdd-stack", gettext_lazy("Machines"), _find_machines, _list_url),
)
