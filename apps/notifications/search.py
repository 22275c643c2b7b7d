"""Find targets by a part of their names, as one types."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db.models import Q

from apps.accounts.models import Organization
from apps.accounts.person import Person
from apps.accounts.search import USER_FIELDS, contain_all
from apps.ganeti.domain.instance import natural_key
from apps.ganeti.reads import inventory
from apps.ganeti.reads.inventory import Criteria, Inventory

from .targets import Target, TargetKind

MIN_LETTERS = 2
MAX_LETTERS = 100
# Of each kind.
MAX_RESULTS = 8


@dataclass(frozen=True, slots=True)
class Result:
    """A target, and what tells it from others of a similar name."""

    target: Target
    detail: str = ""


def cleaned(text: str) -> str:
    """Return the words to search for, bounded."""
    return " ".join(text[:MAX_LETTERS].replace("\x00", "").split())


def find(text: str, person: Person) -> list[Result]:
    """Return a few targets of each kind whose names contain a text.

    The person must see all machines and users.
    """
    if len(text) < MIN_LETTERS:
        return []
    visible = inventory.visible(person)
    return [
        *_clusters(text, visible),
        *_node_groups(text, visible),
        *_nodes(text, visible),
        *_instances(text, visible),
        *_users(text),
        *_groups(text),
        *_organizations(text),
    ]


def _users(text: str) -> Iterator[Result]:
    condition = contain_all(text.split(), USER_FIELDS)
    users = User.objects.filter(condition, is_active=True).order_by("username")
    for user in users[:MAX_RESULTS]:
        details = filter(None, (user.get_full_name(), user.email))
        yield Result(Target(TargetKind.USER, user.username), ", ".join(details))


def _groups(text: str) -> Iterator[Result]:
    groups = Group.objects.filter(name__icontains=text).order_by("name")
    for name in groups.values_list("name", flat=True)[:MAX_RESULTS]:
        yield Result(Target(TargetKind.GROUP, name))


def _organizations(text: str) -> Iterator[Result]:
    matching = Q(title__icontains=text) | Q(tag__icontains=text)
    for organization in Organization.objects.filter(matching)[:MAX_RESULTS]:
        target = Target(TargetKind.ORGANIZATION, organization.tag)
        yield Result(target, organization.title)


def _instances(text: str, visible: Inventory) -> Iterator[Result]:
    for instance in visible.page(Criteria(search=text, size=MAX_RESULTS)):
        target = Target(TargetKind.INSTANCE, instance.name, instance.cluster)
        yield Result(target, instance.cluster)


def _clusters(text: str, visible: Inventory) -> Iterator[Result]:
    slugs = (snapshot.cluster.slug for snapshot in visible.snapshots)
    for slug in _matching(slugs, text):
        yield Result(Target(TargetKind.CLUSTER, slug))


def _nodes(text: str, visible: Inventory) -> Iterator[Result]:
    yield from _of_clusters(TargetKind.NODE, text, visible)


def _node_groups(text: str, visible: Inventory) -> Iterator[Result]:
    yield from _of_clusters(TargetKind.NODE_GROUP, text, visible)


def _of_clusters(kind: TargetKind, text: str, visible: Inventory) -> Iterator[Result]:
    results: list[Result] = []
    for snapshot in visible.snapshots:
        contents, slug = snapshot.contents, snapshot.cluster.slug
        if contents is not None and len(results) < MAX_RESULTS:
            names = contents.nodes if kind is TargetKind.NODE else contents.groups
            results += [
                Result(Target(kind, name, slug), slug)
                for name in _matching(names, text)
            ]
    yield from results[:MAX_RESULTS]


def _matching(names: Iterable[str], text: str) -> list[str]:
    """Return the first names that contain a text, in natural order."""
    text = text.lower()
    matching = (name for name in names if text in name.lower())
    return sorted(matching, key=natural_key)[:MAX_RESULTS]
