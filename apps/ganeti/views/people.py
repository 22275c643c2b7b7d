"""Users and groups, for staff: who it is, and their machines."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Group, User
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts import keyring, profiles
from apps.auditlog import lines
from apps.auditlog.lines import Line
from apps.auditlog.models import AuditEntry
from apps.auditlog.subject import registered

from .. import access, inventory, stencils, tables
from ..access import Person
from ..domain import tags
from ..domain.instance import Instance
from ..inventory import Inventory
from ..services.owners import Owner
from .asking import UserRequest, person_of

MOST_MACHINES = 100
MOST_MEMBERS = 200
HISTORY_LENGTH = 20


@require_safe
def user_info(request: UserRequest, username: str) -> HttpResponse:
    visible = _visible(request)
    who = get_object_or_404(User, username=username)
    groups = list(who.groups.order_by("name"))
    owned = visible.owned_by([who.username], [group.name for group in groups])
    context = {
        "who": who,
        "fits_tag": Owner(tags.USER, who.username).fits_tag,
        "profile": profiles.seen(who),
        "rights": Person.of(who),
        "groups": groups,
        "keys": keyring.shown(who),
        "lines": _history(request, who),
        **_machines(request, visible, owned, who.username),
    }
    return render(request, "ganeti/user_info.html", context)


@require_safe
def group_info(request: UserRequest, group_name: str) -> HttpResponse:
    visible = _visible(request)
    group = get_object_or_404(Group, name=group_name)
    members = User.objects.filter(groups=group).order_by("username")
    context = {
        "group": group,
        "members": members[:MOST_MEMBERS],
        "members_total": members.count(),
        **_machines(request, visible, visible.owned_by((), [group.name]), group.name),
    }
    return render(request, "ganeti/group_info.html", context)


def _visible(request: UserRequest) -> Inventory:
    """Return what staff see; to others, nobody is here, known or not."""
    person = person_of(request)
    if not access.may_see_people(person):
        raise Http404(_("There is nobody of this name."))
    return inventory.visible(person)


def _machines(
    request: UserRequest, visible: Inventory, owned: list[Instance], owner: str
) -> dict[str, Any]:
    """Return what the table shows; sorted and searched in the list of all."""
    columns = tables.shown(tables.chosen(request.user), staff=True)
    rows = tables.Rows(visible, owned[:MOST_MACHINES]).rows
    query = f"?{urlencode({'owner': owner})}"
    in_list = reverse("ganeti:instance-list") + query
    return {
        "drawn": stencils.draw(rows, columns),
        "heads": tables.heads(
            columns, sorted_by=lambda key: f"{in_list}&sort={key}", order="name"
        ),
        "machines_shown": len(rows),
        "machines_total": len(owned),
        "in_list": in_list,
        "next": query,
    }


def _history(request: UserRequest, who: User) -> list[Line]:
    subject = registered()
    found = AuditEntry.objects.filter(lines.recent(), user=who)
    newest = found.select_related(*subject.related)[:HISTORY_LENGTH]
    return lines.read(newest, request.user, subject.reach(request.user))
