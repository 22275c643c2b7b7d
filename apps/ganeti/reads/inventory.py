"""READ: the instances that somebody may see; searched, filtered, sorted, in pages.

Everything works on the snapshots in this process's memory. What is merged over all
clusters is kept until one of them has a new generation, so that a page costs the
same whether there are a hundred instances or ten thousand.
"""

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
from ..domain.addresses import IPv6Search, canonical_mac, ipv6_addresses, prefix_of
from ..domain.instance import Instance, Nic, State
from ..domain.node import NodeGroup
from ..models import Cluster, Job, Network
from ..state import refreshing, snapshots
from ..state.shared_instances import Derived
from ..state.snapshots import Snapshot

# How old this process's view of the cache may be on a list of instances, seconds.
LIST_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a list is asked for; all of it stands in the URL."""

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
    "locked": lambda found: found.tags.locked,
    "isolated": lambda found: found.tags.isolated,
    "needs_reboot": lambda found: found.tags.needs_reboot,
    "cdrom": lambda found: found.boots_from_cdrom,
}

SORT_KEYS: dict[str, Callable[[Instance], Any]] = {
    "name": lambda found: found.sort_key,
    "cluster": lambda found: found.cluster,
    "node": lambda found: found.primary_node,
    "state": lambda found: found.state.value,
    "memory": lambda found: found.memory_mib,
    "disk": lambda found: found.disk_mib,
    "vcpus": lambda found: found.vcpus,
    "ip": lambda found: _ip_key(found.ips),
    "owner": lambda found: (*found.tags.users, *found.tags.groups),
}


def _ip_key(ips: tuple[str, ...]) -> tuple[int, ...]:
    """Sort addresses as numbers, those without one last."""
    if not ips:
        return (1 << 9,)
    try:
        return tuple(int(part) for part in ips[0].split("."))
    except ValueError:
        return (1 << 8,)


@dataclass
class _Merged:
    """Instances of several clusters in one list, and its orders once asked for."""

    instances: list[Instance]
    orders: dict[str, list[Instance]] = field(default_factory=dict)

    def ordered(self, column: str) -> list[Instance]:
        """Return the instances by a column, names in natural order within."""
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
    return _Merged([one for instances in clusters for one in instances.values()])


_everything = Derived(_merge)

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
    """What one person may see."""

    person: Person
    snapshots: Sequence[Snapshot]

    @cached_property
    def _merged(self) -> _Merged:
        if access.sees_all(self.person):
            known = [shot.contents for shot in self.snapshots if shot.contents]
            return _everything.of([contents.instances for contents in known])
        return _Merged(
            [found for shot in self.snapshots for found in _owned(self.person, shot)]
        )

    def __len__(self) -> int:
        return len(self._merged.instances)

    @property
    def instances(self) -> Sequence[Instance]:
        return self._merged.instances

    @property
    def down(self) -> list[Snapshot]:
        """Clusters that do not answer and concern this person."""
        return [shot for shot in self.snapshots if shot.down and self._concerns(shot)]

    @property
    def unknown(self) -> list[Snapshot]:
        """Clusters that nothing is known of yet."""
        return [shot for shot in self.snapshots if shot.known is None]

    @property
    def unreadable(self) -> list[Snapshot]:
        """Clusters with objects that cannot be read; only staff may know of those."""
        shots = self.snapshots if access.may_see_clusters(self.person) else ()
        return [shot for shot in shots if shot.contents and shot.contents.unreadable]

    def _concerns(self, shot: Snapshot) -> bool:
        return (
            access.sees_all(self.person)
            or not shot.known
            or bool(_owned(self.person, shot))
        )

    def snapshot(self, slug: str) -> Snapshot | None:
        return self._by_slug.get(slug)

    @cached_property
    def _by_slug(self) -> dict[str, Snapshot]:
        return {shot.cluster.slug: shot for shot in self.snapshots}

    def find(self, slug: str, name: str) -> Instance | None:
        """Return an instance, or None when there is none that the person may see."""
        shot = self.snapshot(slug)
        if shot is None or shot.contents is None:
            return None
        found = shot.contents.instances.get(name)
        if found is None or not access.may_see(self.person, found):
            return None
        return found

    def group_of(self, instance: Instance) -> NodeGroup | None:
        shot = self.snapshot(instance.cluster)
        return (
            shot.contents.groups.get(instance.group) if shot and shot.contents else None
        )

    def owned_by(
        self, users: Iterable[str] = (), groups: Iterable[str] = ()
    ) -> list[Instance]:
        """Return what tags say to be of any of these, by name, as far as visible."""
        users, groups = tuple(users), tuple(groups)
        found = {
            (instance.cluster, instance.name): instance
            for shot in self.snapshots
            for instance in _tagged(shot, users, groups)
            if access.may_see(self.person, instance)
        }
        return sorted(found.values(), key=SORT_KEYS["name"])

    def page(self, wanted: Criteria) -> Page[Instance]:
        """Return the page of the list that the criteria describe, or the nearest."""
        column = wanted.sort if wanted.sort in SORT_KEYS else "name"
        ordered: Sequence[Instance] = self._merged.ordered(column)
        words = wanted.search.lower().split()
        matching = self._having(words, _matching(ordered, wanted))
        if wanted.descending:
            matching = matching[::-1]
        return Paginator(matching, wanted.size).get_page(max(1, wanted.page))

    def _having(
        self, words: Iterable[str], instances: Sequence[Instance]
    ) -> Sequence[Instance]:
        """Return those that all words find, an address in any spelling."""
        searches: dict[str, IPv6Search] = {}
        for word in dict.fromkeys(words):
            mac = canonical_mac(word)
            search = None if mac else IPv6Search.parse(word)
            if search is not None:
                searches[word] = search
                continue
            text = mac or word
            instances = [one for one in instances if text in one.search_text]
        if not searches:
            return instances
        return [one for one in instances if self._is_at(one, searches)]

    def _is_at(self, instance: Instance, searches: Mapping[str, IPv6Search]) -> bool:
        """Tell whether all searches, by their words, find an instance.

        Its addresses are worked out once, however many searches there are.
        """
        addresses = [
            address
            for nic in instance.nics
            for address in ipv6_addresses(nic, self._prefixes(instance, nic))
        ]
        return all(
            word in instance.search_text or search.finds(addresses)
            for word, search in searches.items()
        )

    @cached_property
    def _prefixes(self) -> Callable[[Instance, Nic], list[IPv6Network]]:
        """Return what tells in which prefixes a NIC derives an IPv6 address."""
        named = Network.objects.exclude(ipv6_prefix="")
        texts = {
            (slug, link): prefix
            for slug, link, prefix in named.values_list(
                "cluster__slug", "link", "ipv6_prefix"
            )
        }
        for shot in self.snapshots:
            for network in shot.contents.networks if shot.contents else ():
                texts[shot.cluster.slug, f"network {network.name}"] = network.network6
        prefixes = {key: prefix_of(text) for key, text in texts.items()}

        def prefixes_of(instance: Instance, nic: Nic) -> list[IPv6Network]:
            places = (nic.link, f"network {nic.network}")
            known = (prefixes.get((instance.cluster, place)) for place in places)
            return [prefix for prefix in known if prefix is not None]

        return prefixes_of


def visible(person: Person, *, within_s: float = LIST_WITHIN_S) -> Inventory:
    """Return what the person may see; asks no cluster.

    Clusters that nothing is known of, or that nobody has refreshed for long although
    they were due, are asked in the background.
    """
    shots = snapshots.current(_CLUSTERS.fetch(), within_s=within_s)
    refreshing.wake_neglected(shots)
    return Inventory(person, shots)


def visible_on(person: Person, slug: str) -> Inventory:
    """Return what the person may see on one cluster, as new as the cache has it."""
    shots = snapshots.current(_CLUSTER.fetch(slug=slug))
    refreshing.wake_neglected(shots)
    return Inventory(person, shots)


def running_jobs(instances: Iterable[Instance]) -> dict[tuple[str, str], Job]:
    """Return the unfinished jobs of instances by (cluster slug, name); one query.

    Of all that run, which are few: what they say is left out.
    """
    names = {found.name for found in instances}
    if not names:
        return {}
    return {
        (job.cluster.slug, job.target_name): job
        for job in _UNFINISHED.fetch()
        if job.target_name in names
    }


def _owned(person: Person, shot: Snapshot) -> list[Instance]:
    if not person.username:
        return []
    found = _tagged(shot, (person.username,), person.groups)
    return list({instance.name: instance for instance in found}.values())


def _tagged(
    shot: Snapshot, users: Iterable[str], groups: Iterable[str]
) -> Iterator[Instance]:
    """Yield what is tagged with an owner; as often as with different ones."""
    if shot.contents is None:
        return
    for user in users:
        yield from shot.contents.by_user.get(user, ())
    for group in groups:
        yield from shot.contents.by_group.get(group, ())


def _matching(ordered: Sequence[Instance], wanted: Criteria) -> Sequence[Instance]:
    """Return those that fit; comprehensions in place, since a list may be long."""
    cluster = wanted.cluster
    # By identity: hashing a member of an Enum runs Python code, ten thousand times.
    states = {id(state) for state in wanted.states}
    if cluster:
        ordered = [found for found in ordered if found.cluster == cluster]
    if states:
        ordered = [found for found in ordered if id(found.state) in states]
    if mark := MARKS.get(wanted.mark):
        ordered = [found for found in ordered if mark(found)]
    if node := wanted.node.lower():
        ordered = [found for found in ordered if node in found.primary_node.lower()]
    if owner := wanted.owner.lower():
        ordered = [found for found in ordered if owner in found.owner_text]
    return ordered
