"""Pages of users and groups with their instances, for staff."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Group, User
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.access import is_reviewer, is_superuser, may_see_people
from apps.accounts.person import Person, person_of
from apps.accounts.services import profiles, ssh_keys
from apps.auditlog import outcomes, rows
from apps.auditlog.models import AuditEntry
from apps.auditlog.rows import HistoryRow
from apps.web.requests import UserRequest

from .. import access
from ..display import instance_rows, row_cache
from ..domain import tags
from ..domain.instance import Instance
from ..reads import inventory
from ..reads.inventory import Inventory
from ..services.owners import Owner

MAX_MACHINES = 100
MAX_MEMBERS = 200
HISTORY_LENGTH = 20


@require_safe
def user_info(request: UserRequest, username: str) -> HttpResponse:
    visible = _visible(request)
    account = get_object_or_404(User, username=username)
    groups = list(account.groups.order_by("name"))
    person = Person.of(account)
    owned = visible.owned_by([account.username], [group.name for group in groups])
    context = {
        "account": account,
        "fits_tag": Owner(tags.USER, account.username).fits_tag,
        "profile": profiles.profile_of(account),
        "is_superuser": is_superuser(person),
        "sees_all": access.sees_all(person),
        "is_reviewer": is_reviewer(person),
        "groups": groups,
        "keys": ssh_keys.rows_of(account),
        "lines": _history(request, account),
        **_machines(request, visible, owned, account.username),
    }
    return render(request, "ganeti/user_info.html", context)


@require_safe
def group_info(request: UserRequest, group_name: str) -> HttpResponse:
    visible = _visible(request)
    group = get_object_or_404(Group, name=group_name)
    members = User.objects.filter(groups=group).order_by("username")
    context = {
        "group": group,
        "members": members[:MAX_MEMBERS],
        "members_total": members.count(),
        **_machines(request, visible, visible.owned_by((), [group.name]), group.name),
    }
    return render(request, "ganeti/group_info.html", context)


def _visible(request: UserRequest) -> Inventory:
    """Return the inventory of staff; raises Http404 for others."""
    person = person_of(request)
    if not may_see_people(person):
        raise Http404(_("This user or group doesn't exist."))
    return inventory.visible(person)


def _machines(
    request: UserRequest, visible: Inventory, owned: list[Instance], owner: str
) -> dict[str, Any]:
    """Return the context of the table; its heads lead to the filtered list of all."""
    columns = instance_rows.shown(instance_rows.chosen(request.user), staff=True)
    shown = owned[:MAX_MACHINES]
    query = f"?{urlencode({'owner': owner})}"
    in_list = reverse("ganeti:instance-list") + query
    return {
        "drawn": row_cache.draw(instance_rows.Rows(visible, shown), columns),
        "heads": instance_rows.heads(
            columns, sorted_by=lambda key: f"{in_list}&sort={key}", order=""
        ),
        "machines_shown": len(shown),
        "machines_total": len(owned),
        "in_list": in_list,
        "next": query,
    }


def _history(request: UserRequest, account: User) -> list[HistoryRow]:
    entries = AuditEntry.objects.filter(rows.recent(), user=account)
    newest = entries.prefetch_related(*outcomes.related())[:HISTORY_LENGTH]
    return rows.rows_for(newest, request.user, outcomes.reach_of(request))
