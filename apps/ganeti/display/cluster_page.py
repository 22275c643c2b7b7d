"""Clusters as cards, and the page of one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.web import stored_text, times
from apps.web.fragments import Varying
from apps.web.lists import heads_of
from apps.web.stored_text import Text

from ..domain import tags
from ..domain.capacity import Amount, LargestInstance
from ..domain.cluster import ClusterInfo
from ..domain.policy import Bounds, Policy
from ..models import Cluster
from ..reads import nodes
from ..reads.capacity import ClusterCapacity, GroupCapacity, capacity_of
from ..reads.job_counts import NO_JOBS, JobCounts
from ..reads.per_contents import PerContents
from ..reads.placement_texts import ALLOC_POLICIES
from ..state.snapshots import Contents, Snapshot
from . import labels, node_rows
from .network_page import NetworkView
from .usage import NOTHING, Usage, bar_values

# Nodes on the page of a cluster; the list of nodes has them all.
MAX_NODES = 50
_MIB_SIZES = frozenset({"memory-size", "disk-size"})
# Sizes of a policy, in the order of the page.
SIZES: Mapping[str, Text] = {
    "memory-size": _("Memory, GiB"),
    "cpu-count": _("vCPUs"),
    "disk-count": _("Disks"),
    "disk-size": _("Size of a disk, GiB"),
    "nic-count": _("Network interfaces"),
    "spindle-use": _("Spindles"),
}


@dataclass(frozen=True, slots=True)
class Fit:
    """The largest machine that fits, as texts; empty for no limit known."""

    memory: str
    disk: str
    vcpus: str

    @classmethod
    def of(cls, largest: LargestInstance | None) -> "Fit | None":
        if largest is None:
            return None
        disk, vcpus = largest.disk_mib, largest.vcpus
        return cls(
            labels.gib(largest.memory_mib),
            "" if disk is None else labels.gib(disk),
            "" if vcpus is None else str(vcpus),
        )


@dataclass(frozen=True)
class GroupView:
    """A node group with its capacity."""

    capacity: GroupCapacity

    @property
    def name(self) -> str:
        return self.capacity.group.name

    @property
    def locked(self) -> bool:
        return self.capacity.group.locked

    @property
    def alloc_policy(self) -> Text:
        policy = self.capacity.group.alloc_policy
        return ALLOC_POLICIES.get(policy, policy)

    @property
    def memory(self) -> Usage | None:
        return Usage.of(self.capacity.memory)

    @property
    def disk(self) -> Usage | None:
        return Usage.of(self.capacity.disk)

    @property
    def fits(self) -> Fit | None:
        return Fit.of(self.capacity.fits)

    @property
    def fits_mirrored(self) -> Fit | None:
        return Fit.of(self.capacity.fits_mirrored)

    @property
    def bounds(self) -> list[list[tuple[Text, str]]]:
        return policy_bounds(self.capacity.group.policy)

    @property
    def unavailable(self) -> int:
        return len(self.capacity.members) - len(self.capacity.nodes)

    @property
    def volume_groups(self) -> str:
        return ", ".join(self.capacity.group.volume_groups)

    @property
    def templates(self) -> str:
        return ", ".join(self.capacity.group.policy.disk_templates)


@dataclass(frozen=True)
class ClusterView:
    """A cluster as a card, and as a page of its own."""

    snapshot: Snapshot
    jobs: JobCounts = field(default=NO_JOBS)

    @property
    def cluster(self) -> Cluster:
        return self.snapshot.cluster

    @property
    def slug(self) -> str:
        return self.cluster.slug

    @property
    def address(self) -> str:
        return reverse("ganeti:cluster-detail", args=(self.slug,))

    @property
    def contents(self) -> Contents:
        if self.snapshot.contents is None:
            raise LookupError(self.slug)
        return self.snapshot.contents

    @property
    def info(self) -> ClusterInfo:
        return self.contents.info

    @cached_property
    def capacity(self) -> ClusterCapacity:
        return capacity_of(self.slug, self.contents)

    @property
    def slow_at(self) -> datetime | None:
        """When properties and networks were read."""
        published = self.snapshot.published
        return published.stamp.slow_at if published else None

    @property
    def since(self) -> SafeString:
        return times.element(self.snapshot.failing_since)

    @property
    def card(self) -> dict[str, Any]:
        """Return the values of the fragment of the card."""
        known = self.snapshot.published is not None
        info = self.info if known else None
        texts = {
            "slug": self.slug,
            "url": self.address,
            "description": self.cluster.description,
            "version": (info and info.version) or NOTHING,
            "master": (info and info.master) or NOTHING,
            "since": self.since,
            "error": stored_text.translate(self.snapshot.error),
            "refresh_url": reverse("ganeti:cluster-refresh", args=(self.slug,)),
            "next": reverse("ganeti:cluster-list"),
        }
        return {
            "down": self.snapshot.down,
            "known": known,
            **{name: Varying(text) for name, text in texts.items()},
            **(self.figures if known else {}),
        }

    @property
    def figures(self) -> dict[str, Any]:
        """Return the values of the fragment of figures."""
        return {
            **_figures_of.of(self.slug, self.contents),
            "jobs_running": Varying(self.jobs.running),
            "jobs_waiting": Varying(self.jobs.waiting),
            "fetched": Varying(times.element(self.snapshot.fetched_at)),
        }

    # -- links into the lists

    @property
    def nodes_address(self) -> str:
        return _in_list("ganeti:node-list", self.slug)

    # -- the page

    @property
    def node_heads(self) -> object:
        """Heads that sort in the list of all nodes."""
        columns = [column for column in node_rows.COLUMNS if column.key != "cluster"]
        return heads_of(
            columns,
            sorted_by=lambda key: _in_list("ganeti:node-list", self.slug, sort=key),
            order="name",
        )

    @cached_property
    def _node_page(self) -> Sequence[nodes.NodeEntry]:
        criteria = nodes.NodeCriteria(cluster=self.slug)
        return list(nodes.page(nodes.all_nodes([self.snapshot]), criteria))

    @property
    def node_rows(self) -> SafeString:
        return node_rows.draw(self._node_page[:MAX_NODES], alone=True)

    @property
    def more_nodes(self) -> int:
        return self.capacity.nodes - len(self._node_page)

    @property
    def networks(self) -> list[NetworkView]:
        networks = sorted(self.contents.networks, key=lambda network: network.name)
        return [NetworkView(self.slug, network) for network in networks]

    @property
    def storage_providers(self) -> dict[str, str]:
        """Providers of external storage, with their parameters as text."""
        providers = tags.storage_providers(self.info.tags, settings.GANETI_TAG_PREFIX)
        return {
            name: ", ".join(f"{key}={value}" for key, value in parameters.items())
            for name, parameters in providers.items()
        }

    @property
    def bounds(self) -> list[list[tuple[Text, str]]]:
        return policy_bounds(self.info.policy)


def _in_list(url_name: str, slug: str, **values: str) -> str:
    """Return the URL of a list of what a cluster has."""
    return f"{reverse(url_name)}?{urlencode({'cluster': slug, **values})}"


def _figures(slug: str, contents: Contents) -> dict[str, Any]:
    capacity = capacity_of(slug, contents)
    best = GroupView(capacity.best) if capacity.best else None
    given_out = Amount(capacity.cpus, capacity.cpus - capacity.vcpus)
    texts = {
        "nodes": capacity.nodes,
        "offline": capacity.offline or "",
        "drained": capacity.drained or "",
        "instances": capacity.instances,
        "running": capacity.running,
        "stopped": capacity.stopped,
        "failing": capacity.failing or "",
        "cpus": capacity.cpus,
        "vcpus": capacity.vcpus,
        "cpus_percent": given_out.percent,
        "best_group": best.name if best else "",
        "nodes_url": _in_list("ganeti:node-list", slug),
        "machines_url": _in_list("ganeti:instance-list", slug),
        "failing_url": _in_list("ganeti:instance-list", slug, state="trouble"),
        "jobs_url": _in_list("ganeti:job-list", slug),
    }
    return {
        **{name: Varying(text) for name, text in texts.items()},
        **bar_values("memory", capacity.memory),
        **bar_values("disk", capacity.disk),
        **_fit_values("fits", best.fits if best else None),
        **_fit_values("mirrored", best.fits_mirrored if best else None),
    }


_figures_of = PerContents(_figures)


def _fit_values(prefix: str, fit: Fit | None) -> dict[str, Any]:
    return {
        f"{prefix}_memory": Varying(fit.memory if fit else ""),
        f"{prefix}_disk": Varying(fit.disk if fit else ""),
    }


def policy_bounds(policy: Policy) -> list[list[tuple[Text, str]]]:
    """Return the range of each size, for each alternative of a policy."""
    return [list(_ranges(bounds)) for bounds in policy.bounds]


def _ranges(bounds: Bounds) -> Iterator[tuple[Text, str]]:
    for size, label in SIZES.items():
        smallest, largest = bounds.smallest.get(size), bounds.largest.get(size)
        if smallest is not None or largest is not None:
            limits = (_written(size, limit) for limit in (smallest, largest))
            yield label, " – ".join(limits)  # noqa: RUF001 - a range


def _written(size: str, limit: int | None) -> str:
    if limit is None:
        return NOTHING
    return labels.gib(limit) if size in _MIB_SIZES else str(limit)
