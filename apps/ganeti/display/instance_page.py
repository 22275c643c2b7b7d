"""What the page of an instance shows: facts, buttons, jobs and requests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Value
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from apps.accounts.person import Person
from apps.auditlog.target import TargetKind
from apps.web.fragments import Varying
from apps.web.stored_text import Text
from apps.work.prepared_query import PreparedQuery, argument

from .. import access
from ..access import Answer, Verdict
from ..domain.addresses import parse_prefix
from ..domain.instance import Instance, Nic, State
from ..domain.network import eui64
from ..domain.node import NodeGroup
from ..jobs import kinds
from ..models import Cluster, Job, Network
from ..models.action_request import FATAL, ActionRequest, RequestedAction
from ..reads import inventory, maintenance
from ..reads.inventory import MARKS, Inventory
from ..services import availability, confirmation, lifecycle
from ..state.snapshots import Snapshot
from . import instance_rows, labels, node_labels
from .instance_rows import Mark, OwnerLink, OwnerPages
from .poll_versions import version_of

# How long the page says that something went well, and that it did not.
SUCCESS_SHOWN = timedelta(minutes=2)
FAILURE_SHOWN = timedelta(days=7)
# What stands where there is nothing to show.
NOTHING = "\N{EN DASH}"


_NETWORKS = PreparedQuery(
    lambda: Network.objects.filter(cluster__slug=argument("cluster")), keep=100
)
_PENDING_REQUESTS = PreparedQuery(
    lambda: (
        ActionRequest.objects.pending(Value(argument("now")))
        .of_machine(Value(argument("cluster")), argument("uuid"))
        .select_related("user", "cluster")
    )
)


@dataclass(frozen=True, slots=True)
class ActionButton:
    """A button, with the reason if it is disabled."""

    kind: Job.Kind
    label: Text
    verdict: Verdict
    address: str

    @property
    def off(self) -> bool:
        return not self.verdict.allowed

    @property
    def values(self) -> dict[str, Any]:
        """Return what the fragments of buttons are made of."""
        return {
            "kind": self.kind,
            "label": self.label,
            "off": self.off,
            "reason": self.verdict.reason,
            "address": Varying(self.address),
        }


@dataclass(frozen=True, slots=True)
class Interface:
    """A NIC, with the IPv6 address that it gives itself in its network."""

    nic: Nic
    ipv6: str
    network: str

    @property
    def values(self) -> dict[str, Any]:
        """Return what its fragment is made of."""
        return {
            "ip": Varying(self.nic.ip or NOTHING),
            "ipv6": Varying(self.ipv6 or NOTHING),
            "mac": Varying(self.nic.mac),
            "network": Varying(self.network or NOTHING),
            "mode": self.nic.mode,
        }


@dataclass(frozen=True)
class Machine:
    """An instance with our newest job on it."""

    instance: Instance
    visible: Inventory = field(repr=False)
    job: Job | None

    @property
    def address(self) -> str:
        return address(self.instance)

    @property
    def poll_address(self) -> str:
        args = (self.instance.cluster, self.instance.name)
        query = {"as": "page"}
        if self.job:
            version = version_of(self.job, self.snapshot)
            query |= {"job": self.job.key, "seen": version}
        return f"{reverse('ganeti:instance-poll', args=args)}?{urlencode(query)}"

    @property
    def busy(self) -> Job | None:
        return self.job if self.job and self.job.unfinished else None

    @property
    def ended(self) -> Job | None:
        """The newest job, if it ended recently."""
        job = self.job
        if job is None or job.finished_at is None:
            return None
        shown = FAILURE_SHOWN if job.failed else SUCCESS_SHOWN
        return job if timezone.now() - job.finished_at < shown else None

    @property
    def doing(self) -> str:
        return labels.doing(self.job) if self.job else ""

    @property
    def done(self) -> str:
        return labels.done(self.job) if self.job else ""

    @property
    def not_done(self) -> str:
        return labels.not_done(self.job) if self.job else ""

    @property
    def log(self) -> list[str]:
        """The lines that the newest job wrote."""
        return [str(line[-1]) for line in self.job.log] if self.job else []

    @property
    def dot(self) -> str:
        return "busy" if self.busy else labels.DOTS[self.instance.state]

    @property
    def state(self) -> str:
        return self.doing if self.busy else labels.state(self.instance)

    @cached_property
    def snapshot(self) -> Snapshot:
        snapshot = self.visible.snapshot(self.instance.cluster)
        if snapshot is None:
            raise LookupError(self.instance.cluster)
        return snapshot

    @cached_property
    def group(self) -> NodeGroup | None:
        return self.visible.group_of(self.instance)

    @cached_property
    def maintenance_reason(self) -> str:
        """Why its node group is under maintenance; empty if unknown, or if it isn't."""
        cluster = self.instance.cluster
        return maintenance.reason_of(cluster, self.group) if self.group else ""

    @cached_property
    def marks(self) -> list[Mark]:
        return [
            Mark(key, labels.MARK_ICONS[key], str(labels.MARKS[key]))
            for key, has in MARKS.items()
            if has(self.instance)
        ]

    @cached_property
    def actions(self) -> list[ActionButton]:
        """Return the buttons, the enabled ones first."""
        actions = [self._action(kind) for kind in kinds.BUTTONS]
        return sorted(filter(None, actions), key=lambda action: action.off)

    def _action(self, kind: Job.Kind) -> ActionButton | None:
        """Return a button; None for those who will never have it."""
        verdict = availability.verdict_for(kind, self.instance, self.visible, self.busy)
        record = kinds.KINDS[kind]
        if not record.for_owners and verdict.answer is Answer.FORBIDDEN:
            return None
        args = (self.instance.cluster, self.instance.name)
        address = reverse(f"ganeti:instance-{kind.value}", args=args)
        return ActionButton(kind, record.action, verdict, address)

    @cached_property
    def fatal(self) -> list[ActionButton]:
        """Return the links to irreversible actions, in this order, enabled or not."""
        return [self._fatal(action) for action in FATAL]

    def _fatal(self, action: RequestedAction) -> ActionButton:
        args = (self.instance.cluster, self.instance.name)
        return ActionButton(
            kind=lifecycle.kind_of(action),
            label=labels.ACTIONS[action.value],
            verdict=lifecycle.may_request(action, self.instance, self.visible),
            address=reverse(f"ganeti:instance-{action.value}", args=args),
        )

    @property
    def why_nothing_fatal(self) -> Text:
        """Why none of these can be asked for; empty when some can."""
        return self.fatal[0].verdict.reason if all(a.off for a in self.fatal) else ""

    @cached_property
    def pending_requests(self) -> list["PendingRequest"]:
        """Return the pending requests: for staff all of them, else one's own."""
        person = self.visible.person
        pending = _PENDING_REQUESTS.fetch(
            now=timezone.now(),
            cluster=self.snapshot.cluster.pk,
            uuid=self.instance.uuid,
        )
        requests = [PendingRequest(request, person) for request in pending]
        if access.may_see_requests(person):
            return requests
        return [request for request in requests if request.own]

    @property
    def why_nothing(self) -> Text:
        """Why nothing at all can be done to it; empty when something can."""
        if self.busy or not all(action.off for action in self.actions):
            return ""
        reboot = next(a for a in self.actions if a.kind == Job.Kind.REBOOT)
        return reboot.verdict.reason

    @cached_property
    def owners(self) -> tuple[OwnerLink, ...]:
        pages = (
            OwnerPages.known() if access.may_see_clusters(self.visible.person) else None
        )
        known_owners = instance_rows.known_owners([self.instance])
        return instance_rows.owners(self.instance, known_owners, pages)

    @cached_property
    def interfaces(self) -> list[Interface]:
        networks = _NETWORKS.fetch(cluster=self.snapshot.cluster.slug)
        prefixes = {network.link: network.ipv6_prefix for network in networks}
        return list(interfaces(self.instance.nics, prefixes))

    @property
    def history_targets(self) -> dict[TargetKind, Sequence[str]]:
        """Ids of what the history is about: it, and what it was applied for by."""
        uuid = self.instance.uuid
        return {
            TargetKind.INSTANCE: [uuid] if uuid else [],
            TargetKind.APPLICATION: self.instance.tags.applications,
        }

    @property
    def history_address(self) -> str:
        """URL of the whole history."""
        targets = [
            f"{kind.value}:{key}"
            for kind, keys in self.history_targets.items()
            for key in keys
        ]
        query = urlencode({"target": targets}, doseq=True)
        return f"{reverse('auditlog:history')}?{query}" if targets else ""

    @property
    def facts_values(self) -> dict[str, Any]:
        """Return the values of the fragment of facts."""
        instance = self.instance
        cluster, node = instance.cluster, instance.primary_node
        secondary = next(iter(instance.secondary_nodes), "")
        return {
            "cluster": Varying(instance.cluster),
            "cluster_url": Varying(reverse("ganeti:cluster-detail", args=(cluster,))),
            "node_url": Varying(node and node_labels.address(cluster, node)),
            "secondary_url": Varying(
                secondary and node_labels.address(cluster, secondary)
            ),
            "description": Varying(self.snapshot.cluster.description),
            "node": Varying(instance.primary_node or NOTHING),
            "secondary": Varying(", ".join(instance.secondary_nodes)),
            "group": Varying(instance.group or NOTHING),
            "memory": Varying(self.memory),
            "vcpus": Varying(instance.vcpus),
            "disk": Varying(self.disk),
            "os": Varying(instance.os or NOTHING),
            "hypervisor": Varying(instance.hypervisor),
        }

    @property
    def memory(self) -> str:
        return labels.gib(self.instance.memory_mib)

    @property
    def disks(self) -> list[tuple[str, str]]:
        return [(disk.name, labels.gib(disk.size_mib)) for disk in self.instance.disks]

    @property
    def disk(self) -> str:
        return labels.gib(self.instance.disk_mib)

    @property
    def running(self) -> bool:
        return self.instance.state is State.RUNNING


@dataclass(frozen=True)
class PendingRequest:
    """A request that waits to be confirmed, as the person sees it."""

    request: ActionRequest
    person: Person

    @property
    def own(self) -> bool:
        return self.request.user.username == self.person.username

    @property
    def label(self) -> Text:
        return labels.ACTIONS[self.request.action]

    @property
    def detail(self) -> str:
        return confirmation.detail_of(self.request)

    @property
    def may_cancel(self) -> bool:
        return access.may_cancel(self.person, self.request.user.username)

    @property
    def address(self) -> str:
        args = (self.request.cluster.slug, self.request.instance)
        return reverse("ganeti:instance-detail", args=args)


def by_uuid(person: Person, cluster: Cluster, uuid: str) -> Instance | None:
    """Return an instance by its uuid, if the person may see it."""
    snapshot = inventory.visible_on(person, cluster.slug).snapshot(cluster.slug)
    if snapshot is None or snapshot.contents is None:
        return None
    instance = snapshot.contents.by_uuid.get(uuid)
    return instance if instance and access.may_see(person, instance) else None


def address(instance: Instance) -> str:
    return reverse("ganeti:instance-detail", args=(instance.cluster, instance.name))


def interfaces(nics: Sequence[Nic], prefixes: dict[str, str]) -> Iterable[Interface]:
    """Yield the NICs; ``prefixes`` are those of networks by their link."""
    for nic in nics:
        prefix = parse_prefix(prefixes.get(nic.link, ""))
        derived = eui64(prefix, nic.mac) if prefix else None
        yield Interface(nic, str(derived or ""), nic.network or nic.link)
