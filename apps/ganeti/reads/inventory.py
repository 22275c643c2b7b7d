"""Instances that a person may see: searched, filtered, sorted and paginated.

Everything is read from the snapshots in this process's memory. The merged list of all
clusters is kept until one of them has a new generation, so that a page costs the
same whether there are a hundred instances or ten thousand.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv6Network
from typing import Any

from django.core.paginator import Page, Paginator

from apps.accounts.person import Person
from apps.auditlog.target import TargetKind
from apps.work.prepared_query import PreparedQuery, argument

from .. import access
from ..domain.addresses import IPv6Search, canonical_mac, ipv6_addresses, parse_prefix
from ..domain.instance import Instance, Nic, State
from ..domain.node import NodeGroup
from ..models import Cluster, Job, Network
from ..state import refreshing, snapshots
from ..state.shared_instances import Derived
from ..state.snapshots import Snapshot

# Maximum age of this process's view of the cache on a list of instances, seconds.
LIST_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Criteria:
    """Search, filters, order and page of a list, as its URL has them."""

    search: str = ""
    cluster: str = ""
    node: str = ""
    states: frozenset[State] = frozenset()
    owner: str = ""
    mark: str = ""
    sort: str = "name"
    descending: bool = False
    page: int = 1
    size: int = 50

    @property
    def filtered(self) -> bool:
        return bool(
            self.search
            or self.cluster
            or self.node
            or self.states
            or self.owner
            or self.mark
        )


MARKS: dict[str, Callable[[Instance], bool]] = {
    "locked": lambda instance: instance.tags.locked,
    "isolated": lambda instance: instance.tags.isolated,
    "needs_reboot": lambda instance: instance.tags.needs_reboot,
    "cdrom": lambda instance: instance.boots_from_cdrom,
}

SORT_KEYS: dict[str, Callable[[Instance], Any]] = {
    "name": lambda instance: instance.sort_key,
    "cluster": lambda instance: instance.cluster,
    "node": lambda instance: instance.primary_node,
    "state": lambda instance: instance.state.value,
    "memory": lambda instance: instance.memory_mib,
    "disk": lambda instance: instance.disk_mib,
    "vcpus": lambda instance: instance.vcpus,
    "ip": lambda instance: _ip_key(instance.ips),
    "owner": lambda instance: (*instance.tags.users, *instance.tags.groups),
}


def _ip_key(ips: tuple[str, ...]) -> tuple[int, ...]:
    """Sort IPv4 addresses as numbers, instances without an address last."""
    if not ips:
        return (1 << 9,)
    try:
        return tuple(int(part) for part in ips[0].split("."))
    except ValueError:
        return (1 << 8,)


@dataclass
class _Merged:
    """Instances of several clusters in one list; each order is computed once."""

    instances: list[Instance]
    orders: dict[str, list[Instance]] = field(default_factory=dict)

    def ordered(self, column: str) -> list[Instance]:
        """Return the instances sorted by a column, then by name in natural order."""
        if column not in self.orders:
            by_name = (
                sorted(self.instances, key=SORT_KEYS["name"])
                if column == "name"
                else self.ordered("name")
            )
            self.orders[column] = (
                by_name if column == "name" else sorted(by_name, key=SORT_KEYS[column])
            )
        return self.orders[column]


def _merge(clusters: Iterable[Mapping[str, Instance]]) -> _Merged:
    return _Merged(
        [instance for instances in clusters for instance in instances.values()]
    )


_all_instances = Derived(_merge)

_CLUSTERS = PreparedQuery(
    lambda: Cluster.objects.enabled().select_related("refresh_state"), keep=1
)
_CLUSTER = PreparedQuery(
    lambda: (
        Cluster.objects.enabled()
        .select_related("refresh_state")
        .filter(slug=argument("slug"))
    )
)
_UNFINISHED = PreparedQuery(
    lambda: (
        Job.objects.unfinished()
        .filter(target_kind=TargetKind.INSTANCE)
        .select_related("cluster", "user")
        .defer("log", "message", "then")
    ),
    keep=1,
)


@dataclass(frozen=True)
class Inventory:
    """Instances and snapshots that one person may see."""

    person: Person
    snapshots: Sequence[Snapshot]

    @cached_property
    def _merged(self) -> _Merged:
        if access.sees_all(self.person):
            return _all_instances.of(
                [
                    snapshot.contents.instances
                    for snapshot in self.snapshots
                    if snapshot.contents
                ]
            )
        return _Merged(
            [
                instance
                for snapshot in self.snapshots
                for instance in _owned_instances(self.person, snapshot)
            ]
        )

    def __len__(self) -> int:
        return len(self._merged.instances)

    @property
    def instances(self) -> Sequence[Instance]:
        return self._merged.instances

    @property
    def down(self) -> list[Snapshot]:
        """Snapshots of clusters that do not answer and concern this person."""
        return [
            snapshot
            for snapshot in self.snapshots
            if snapshot.down and self._concerns(snapshot)
        ]

    @property
    def unknown(self) -> list[Snapshot]:
        """Snapshots of clusters that were not read yet."""
        return [snapshot for snapshot in self.snapshots if snapshot.published is None]

    @property
    def unreadable(self) -> list[Snapshot]:
        """Snapshots with objects that cannot be parsed; only shown to staff."""
        if not access.may_see_clusters(self.person):
            return []
        return [
            snapshot
            for snapshot in self.snapshots
            if snapshot.contents and snapshot.contents.unreadable
        ]

    def _concerns(self, snapshot: Snapshot) -> bool:
        return (
            access.sees_all(self.person)
            or not snapshot.published
            or bool(_owned_instances(self.person, snapshot))
        )

    def snapshot(self, slug: str) -> Snapshot | None:
        return self._by_slug.get(slug)

    @cached_property
    def _by_slug(self) -> dict[str, Snapshot]:
        return {snapshot.cluster.slug: snapshot for snapshot in self.snapshots}

    def find_instance(self, slug: str, name: str) -> Instance | None:
        """Return an instance, or None if it is missing or the person may not see it."""
        snapshot = self.snapshot(slug)
        if snapshot is None or snapshot.contents is None:
            return None
        instance = snapshot.contents.instances.get(name)
        if instance is None or not access.may_see(self.person, instance):
            return None
        return instance

    def group_of(self, instance: Instance) -> NodeGroup | None:
        snapshot = self.snapshot(instance.cluster)
        return (
            snapshot.contents.groups.get(instance.group)
            if snapshot and snapshot.contents
            else None
        )

    def owned_by(
        self, users: Iterable[str] = (), groups: Iterable[str] = ()
    ) -> list[Instance]:
        """Return the visible instances tagged with any of these owners, by name."""
        users, groups = tuple(users), tuple(groups)
        instances = {
            (instance.cluster, instance.name): instance
            for snapshot in self.snapshots
            for instance in _tagged_instances(snapshot, users, groups)
            if access.may_see(self.person, instance)
        }
        return sorted(instances.values(), key=SORT_KEYS["name"])

    def page(self, criteria: Criteria) -> Page[Instance]:
        """Return the page of the list that the criteria describe, or the nearest."""
        column = criteria.sort if criteria.sort in SORT_KEYS else "name"
        instances = _filtered(self._merged.ordered(column), criteria)
        instances = self._searched(criteria.search.lower().split(), instances)
        if criteria.descending:
            instances = instances[::-1]
        return Paginator(instances, criteria.size).get_page(max(1, criteria.page))

    def best(self, search: str, limit: int) -> list[Instance]:
        """Return the first instances that match a search, in natural order.

        First that of just the name, its first label or an address, then those whose
        names begin so.
        """
        text = search.lower()
        label = f"{text}."
        matches = self._searched(text.split(), self._merged.ordered("name"))

        def rank(instance: Instance) -> int:
            name = instance.name.lower()
            if name == text or name.startswith(label) or text in instance.ips:
                return 0
            return 1 if name.startswith(text) else 2

        return heapq.nsmallest(limit, matches, key=rank)

    def _searched(
        self, words: Iterable[str], instances: Sequence[Instance]
    ) -> Sequence[Instance]:
        """Return the instances that match all words; addresses in any notation."""
        searches: dict[str, IPv6Search] = {}
        for word in dict.fromkeys(words):
            mac = canonical_mac(word)
            search = None if mac else IPv6Search.parse(word)
            if search is not None:
                searches[word] = search
                continue
            text = mac or word
            instances = [
                instance for instance in instances if text in instance.search_text
            ]
        if not searches:
            return instances
        return [instance for instance in instances if self._matches(instance, searches)]

    def _matches(self, instance: Instance, searches: Mapping[str, IPv6Search]) -> bool:
        """Return whether an instance matches all address searches, given by word.

        Its addresses are computed once for all searches.
        """
        addresses = [
            address
            for nic in instance.nics
            for address in ipv6_addresses(nic, self._prefixes(instance, nic))
        ]
        return all(
            word in instance.search_text or search.matches(addresses)
            for word, search in searches.items()
        )

    @cached_property
    def _prefixes(self) -> Callable[[Instance, Nic], list[IPv6Network]]:
        """Return a function from a NIC to the prefixes it derives IPv6 addresses in."""
        networks = Network.objects.exclude(ipv6_prefix="")
        texts = {
            (slug, link): prefix
            for slug, link, prefix in networks.values_list(
                "cluster__slug", "link", "ipv6_prefix"
            )
        }
        for snapshot in self.snapshots:
            for network in snapshot.contents.networks if snapshot.contents else ():
                texts[snapshot.cluster.slug, f"network {network.name}"] = (
                    network.network6
                )
        prefixes = {key: parse_prefix(text) for key, text in texts.items()}

        def prefixes_of(instance: Instance, nic: Nic) -> list[IPv6Network]:
            links = (nic.link, f"network {nic.network}")
            matches = (prefixes.get((instance.cluster, link)) for link in links)
            return [prefix for prefix in matches if prefix is not None]

        return prefixes_of


def visible(person: Person, *, within_s: float = LIST_WITHIN_S) -> Inventory:
    """Return what the person may see, from the snapshots; calls no cluster.

    Clusters that were never read, or whose refresh is long overdue, are refreshed in
    the background.
    """
    current = snapshots.current(_CLUSTERS.fetch(), within_s=within_s)
    refreshing.refresh_neglected(current)
    return Inventory(person, current)


def visible_on(person: Person, slug: str) -> Inventory:
    """Return what the person may see on one cluster, compared with the cache now."""
    current = snapshots.current(_CLUSTER.fetch(slug=slug))
    refreshing.refresh_neglected(current)
    return Inventory(person, current)


def running_jobs(instances: Iterable[Instance]) -> dict[tuple[str, str], Job]:
    """Return the unfinished jobs of instances by (cluster slug, name); one query.

    Reads all unfinished jobs, which are few, without their logs and messages.
    """
    names = {instance.name for instance in instances}
    if not names:
        return {}
    return {
        (job.cluster.slug, job.target_name): job
        for job in _UNFINISHED.fetch()
        if job.target_name in names
    }


def _owned_instances(person: Person, snapshot: Snapshot) -> list[Instance]:
    if not person.username:
        return []
    instances = _tagged_instances(snapshot, (person.username,), person.groups)
    return list({instance.name: instance for instance in instances}.values())


def _tagged_instances(
    snapshot: Snapshot, users: Iterable[str], groups: Iterable[str]
) -> Iterator[Instance]:
    """Yield the instances of the owners; one of several owners more than once."""
    if snapshot.contents is None:
        return
    for user in users:
        yield from snapshot.contents.by_user.get(user, ())
    for group in groups:
        yield from snapshot.contents.by_group.get(group, ())


def _filtered(instances: Sequence[Instance], criteria: Criteria) -> Sequence[Instance]:
    """Return the instances that match the filters.

    Comprehensions in place, without a function call per instance: lists may be long.
    """
    cluster = criteria.cluster
    # By identity: hashing a member of an Enum runs Python code, ten thousand times.
    states = {id(state) for state in criteria.states}
    if cluster:
        instances = [instance for instance in instances if instance.cluster == cluster]
    if states:
        instances = [instance for instance in instances if id(instance.state) in states]
    if mark := MARKS.get(criteria.mark):
        instances = [instance for instance in instances if mark(instance)]
    if node := criteria.node.lower():
        instances = [
            instance for instance in instances if node in instance.primary_node.lower()
        ]
    if owner := criteria.owner.lower():
        instances = [instance for instance in instances if owner in instance.owner_text]
    return instances
