"""Rows of the table of machines, with every text and flag that its template needs.

A page of them is drawn often, so all that can be worked out once per page is, and the
template is left with writing strings.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy

from apps.accounts.models import Preferences
from apps.web import stored_text, times
from apps.web.lists import Address, Column, Head, heads_of

from .. import access
from ..access import Verdict
from ..domain.instance import Instance, State
from ..models import Job
from ..reads import inventory
from ..reads.inventory import MARKS, Inventory
from ..services import availability
from . import labels

NAME = Column("name", gettext_lazy("Name"))
COLUMNS = (
    Column("state", gettext_lazy("State")),
    Column("cluster", gettext_lazy("Cluster")),
    Column("node", gettext_lazy("Node"), staff=True),
    Column("memory", gettext_lazy("Memory, GiB"), number=True),
    Column("disk", gettext_lazy("Disk, GiB"), number=True),
    Column("vcpus", gettext_lazy("vCPUs"), number=True),
    Column("ip", gettext_lazy("IP addresses")),
    Column("owner", gettext_lazy("Owners"), staff=True),
)
# With these off, staff too start with eight columns.
STAFF_STARTS_WITHOUT = frozenset({"disk"})


def offered(*, staff: bool) -> list[Column]:
    return [column for column in COLUMNS if staff or not column.staff]


def chosen(user: User) -> list[str]:
    """Return the columns that the user chose; empty if none."""
    preferences: Preferences | None = getattr(user, "preferences", None)
    return preferences.instance_columns if preferences else []


def shown(chosen: Sequence[str], *, staff: bool) -> list[Column]:
    """Return the columns to show: those chosen, or what one starts with."""
    columns = offered(staff=staff)
    picked = [column for column in columns if column.key in chosen]
    if picked:
        return picked
    without = STAFF_STARTS_WITHOUT if staff else frozenset()
    return [column for column in columns if column.key not in without]


def heads(
    columns: Sequence[Column], *, sorted_by: Address, order: str
) -> tuple[Head, ...]:
    """Return the heads of a table of machines, their name first; see `heads_of`."""
    return heads_of((NAME, *columns), sorted_by=sorted_by, order=order)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to know about a machine beside its state."""

    key: str
    icon: str
    word: str


@dataclass(frozen=True, slots=True)
class OwnerLink:
    """A user or group named in a tag; ``known`` unless there is none of that name."""

    name: str
    group: bool
    known: bool
    address: str = ""  # of the page about them; empty for who may not see it


@dataclass(slots=True)
class InstanceRow:
    """One machine as the table shows it."""

    key: str  # cluster/name
    name: str
    url: str
    cluster: str
    cluster_url: str  # empty for who may not see it, as of the node
    node: str
    node_url: str
    node_short: str  # without the domain that all nodes of a cluster share
    dot: str
    state: str  # of one that a job runs on: why, and who asked for it
    memory: str
    disk: str
    vcpus: str
    ip: str
    more_ips: str  # how many more, as in "+1"
    ips: str
    owners: tuple[OwnerLink, ...]
    marks: tuple[Mark, ...]
    job_key: str  # empty unless a job runs on it
    doing: str
    age: str  # of the data, if its cluster is down
    startup: bool
    shutdown: bool
    reboot: bool
    why_not: str  # why nothing at all can be done


Dependencies = tuple[tuple[Verdict, ...], tuple[bool, ...]]


class Rows:
    """Makes rows for one answer: what all of them share is asked once."""

    def __init__(self, visible: Inventory, instances: Sequence[Instance]) -> None:
        self.instances = instances
        self.staff = access.may_see_clusters(visible.person)
        self._visible = visible
        self._jobs = inventory.running_jobs(instances)
        self._known = known_owners(instances) if self.staff else frozenset()
        self._ages = {
            snapshot.cluster.slug: times.ago(snapshot.fetched_at)
            for snapshot in visible.snapshots
            if snapshot.down and snapshot.fetched_at
        }

    @cached_property
    def _marks(self) -> dict[str, Mark]:
        return {
            key: Mark(key, labels.MARK_ICONS[key], str(word))
            for key, word in labels.MARKS.items()
        }

    @cached_property
    def _states(self) -> dict[State, str]:
        return {state: str(word) for state, word in labels.STATES.items()}

    @cached_property
    def _url(self) -> str:
        """One address for all, to fill in: reversing each would cost more than it."""
        return reverse("ganeti:instance-detail", args=("_c_", "_n_"))

    @cached_property
    def _cluster_url(self) -> str:
        args = ("_c_",)
        return reverse("ganeti:cluster-detail", args=args) if self.staff else ""

    @cached_property
    def _node_url(self) -> str:
        args = ("_c_", "_n_")
        return reverse("ganeti:node-detail", args=args) if self.staff else ""

    @cached_property
    def _gib(self) -> Callable[[int], str]:
        return labels.gib_in(get_language() or "")

    @cached_property
    def _pages(self) -> "OwnerPages | None":
        return OwnerPages.known() if self.staff else None

    def __iter__(self) -> Iterator[InstanceRow]:
        return map(self.row, self.instances)

    def dependencies(self, instance: Instance) -> Dependencies | None:
        """Return what a row depends on, beside the instance and what all rows share.

        None for a row that changes by itself: it shows a job, or an age.
        """
        key = (instance.cluster, instance.name)
        if key in self._jobs or instance.cluster in self._ages or instance.last_seen:
            return None
        offers = availability.verdicts_for(_KINDS, instance, self._visible, None)
        if not self.staff:
            return tuple(offers.values()), ()
        tags = instance.tags
        are_known = [(_USER, name) in self._known for name in tags.users]
        are_known += [(_GROUP, name) in self._known for name in tags.groups]
        return tuple(offers.values()), tuple(are_known)

    def row(self, instance: Instance) -> InstanceRow:
        ips = instance.ips
        job = self._jobs.get((instance.cluster, instance.name))
        offers = availability.verdicts_for(_KINDS, instance, self._visible, job)
        allowed = {kind: verdict.allowed for kind, verdict in offers.items()}
        return InstanceRow(
            key=f"{instance.cluster}/{instance.name}",
            name=instance.name,
            url=_filled(self._url, instance.cluster, instance.name),
            cluster=instance.cluster,
            cluster_url=self._cluster_url.replace("_c_", instance.cluster),
            node=instance.primary_node,
            node_url=self._node_address(instance),
            node_short=instance.primary_node.partition(".")[0],
            dot="busy" if job else labels.DOTS[instance.state],
            state=self._reason(job) if job else self._state(instance),
            memory=self._gib(instance.memory_mib),
            disk=self._gib(instance.disk_mib),
            vcpus=str(instance.vcpus),
            ip=ips[0] if ips else "",
            more_ips=f"+{len(ips) - 1}" if len(ips) > 1 else "",
            ips=", ".join(ips),
            owners=self._owners(instance),
            marks=tuple(
                self._marks[key] for key, has in MARKS.items() if has(instance)
            ),
            job_key=job.key if job else "",
            doing=labels.doing(job) if job else "",
            age=self._ages.get(instance.cluster, ""),
            startup=allowed[Job.Kind.STARTUP],
            shutdown=allowed[Job.Kind.SHUTDOWN],
            reboot=allowed[Job.Kind.REBOOT],
            why_not=""
            if any(allowed.values())
            else str(offers[Job.Kind.REBOOT].reason),
        )

    def _node_address(self, instance: Instance) -> str:
        node = instance.primary_node
        return _filled(self._node_url, instance.cluster, node) if node else ""

    def _state(self, instance: Instance) -> str:
        if instance.last_seen is None:
            return self._states[instance.state]
        return labels.state(instance)

    def _reason(self, job: Job) -> str:
        username = job.user.get_username() if job.user else ""
        return ", ".join(filter(None, (stored_text.translate(job.reason), username)))

    def _owners(self, instance: Instance) -> tuple[OwnerLink, ...]:
        if not self.staff:
            return ()
        return owners(instance, self._known, self._pages)


def _filled(address: str, cluster: str, name: str) -> str:
    """Put the names into an address with "_c_" and "_n_"; an empty one stays empty.

    Each part by itself: the name of a cluster may contain "_n_".
    """
    start, marker, end = address.rpartition("_c_")
    return start + cluster + end.replace("_n_", quote(name)) if marker else ""


_KINDS = (Job.Kind.STARTUP, Job.Kind.SHUTDOWN, Job.Kind.REBOOT)
_USER, _GROUP = "user", "group"
KnownOwners = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class OwnerPages:
    """Addresses to fill a name in: reversing each would cost more."""

    user: str
    group: str

    @classmethod
    def known(cls) -> "OwnerPages":
        pages = ("ganeti:user-info", "ganeti:group-info")
        return cls(*(reverse(page, args=("_n_",)) for page in pages))

    def of(self, name: str, *, group: bool) -> str:
        return (self.group if group else self.user).replace("_n_", quote(name))


def owners(
    instance: Instance, known: KnownOwners, pages: OwnerPages | None = None
) -> tuple[OwnerLink, ...]:
    """Return who owns a machine, users first; with ``pages``, where to look them up."""
    named = [(name, False, (_USER, name) in known) for name in instance.tags.users]
    named += [(name, True, (_GROUP, name) in known) for name in instance.tags.groups]
    return tuple(
        OwnerLink(name, group, is_known, pages.of(name, group=group))
        if pages and is_known
        else OwnerLink(name, group, is_known)
        for name, group, is_known in named
    )


def known_owners(instances: Iterable[Instance]) -> KnownOwners:
    """Return the users and groups among those that tags name; one query."""
    instances = list(instances)
    users = list({name for instance in instances for name in instance.tags.users})
    groups = list({name for instance in instances for name in instance.tags.groups})
    if not users and not groups:
        return frozenset()
    statement = _KNOWN_OWNERS.format(
        users=_placeholders(users), groups=_placeholders(groups)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(users or [""]), *(groups or [""])])
        return frozenset((kind, name) for kind, name in cursor.fetchall())


# As text: the ORM takes ten times as long to write it as a database to answer it.
_KNOWN_OWNERS = """
SELECT 'user', username FROM auth_user WHERE username IN ({users})
UNION ALL
SELECT 'group', name FROM auth_group WHERE name IN ({groups})
"""


def _placeholders(values: list[str]) -> str:
    """Return a placeholder for each value, at least one: no list of SQL is empty."""
    return ", ".join(["%s"] * max(1, len(values)))
