"""Nodes of all clusters: searched, filtered, sorted and paginated."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from ..domain.instance import Instance, natural_key
from ..domain.node import Node
from ..state.snapshots import Contents, Snapshot
from .per_contents import PerContents

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """A node with its cluster and what its instances were given."""

    cluster: str
    node: Node
    vcpus: int
    primary: int
    secondary: int
    sort_key: Any
    search_text: str

    @property
    def memory_used(self) -> float:
        """Used share of the memory; -1 if the node doesn't report it."""
        return _share(self.node.memory_total_mib, self.node.memory_free_mib)

    @property
    def disk_used(self) -> float:
        """Used share of the disk; -1 if the node doesn't report it."""
        return _share(self.node.disk_total_mib, self.node.disk_free_mib)


def _share(total: int | None, free: int | None) -> float:
    return (total - free) / total if total and free is not None else -1


@dataclass(frozen=True, slots=True)
class NodeCriteria:
    """Search, filters, order and page of the list, as its URL has them."""

    search: str = ""
    role: str = ""
    cluster: str = ""
    group: str = ""
    sort: str = "name"
    descending: bool = False
    page: int = 1


# The master first, then as Ganeti's documentation lists them.
ROLES = ("M", "C", "R", "D", "O")

SORT_KEYS: dict[str, Callable[[NodeEntry], Any]] = {
    "name": lambda entry: entry.sort_key,
    "cluster": lambda entry: entry.cluster,
    "role": lambda entry: _role_key(entry.node.role),
    "group": lambda entry: entry.node.group,
    "memory": lambda entry: entry.memory_used,
    "disk": lambda entry: entry.disk_used,
    "cpus": lambda entry: entry.node.cpus or 0,
    "vcpus": lambda entry: entry.vcpus,
    "primary": lambda entry: entry.primary,
    "secondary": lambda entry: entry.secondary,
}


def _role_key(role: str) -> int:
    return ROLES.index(role) if role in ROLES else len(ROLES)


def _entries(slug: str, contents: Contents) -> list[NodeEntry]:
    return [entry_of(slug, contents, node) for node in contents.nodes.values()]


def entry_of(slug: str, contents: Contents, node: Node) -> NodeEntry:
    primary: Sequence[Instance] = contents.by_primary_node.get(node.name, ())
    secondary = contents.by_secondary_node.get(node.name, ())
    texts = (node.name, slug, node.group, node.uuid, *node.tags)
    return NodeEntry(
        cluster=slug,
        node=node,
        vcpus=sum(instance.vcpus for instance in primary),
        primary=len(primary),
        secondary=len(secondary),
        sort_key=natural_key(node.name),
        search_text="\n".join(texts).lower(),
    )


_entries_of = PerContents(_entries)


def all_nodes(snapshots: Iterable[Snapshot]) -> list[NodeEntry]:
    """Return the nodes of all clusters, unsorted."""
    return [
        entry
        for snapshot in snapshots
        if snapshot.contents
        for entry in _entries_of.of(snapshot.cluster.slug, snapshot.contents)
    ]


def page(entries: Iterable[NodeEntry], criteria: NodeCriteria) -> Page[NodeEntry]:
    """Return the page of the list that the criteria describe, or the nearest."""
    matching = sorted(_filtered(entries, criteria), key=SORT_KEYS["name"])
    if criteria.sort != "name":
        matching.sort(key=SORT_KEYS[criteria.sort])
    if criteria.descending:
        matching.reverse()
    return Paginator(matching, PAGE_SIZE).get_page(max(1, criteria.page))


def _filtered(
    entries: Iterable[NodeEntry], criteria: NodeCriteria
) -> Iterable[NodeEntry]:
    words = criteria.search.lower().split()
    return (
        entry
        for entry in entries
        if criteria.role in ("", entry.node.role)
        and criteria.cluster in ("", entry.cluster)
        and criteria.group in ("", entry.node.group)
        and all(word in entry.search_text for word in words)
    )
