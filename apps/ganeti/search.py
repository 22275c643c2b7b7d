"""Search for machines, clusters, nodes, networks and jobs."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import ip_address, ip_network
from itertools import islice
from typing import TypeVar
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.person import person_of
from apps.web.requests import UserRequest
from apps.web.search import Provider, Result
from apps.web.search_query import SearchQuery

from . import access
from .display import job_labels
from .domain.instance import Instance
from .domain.network import GanetiNetwork
from .domain.node import Node
from .reads import inventory, job_lookup
from .reads.job_lookup import KnownJob
from .state.snapshots import Snapshot

Item = TypeVar("Item")


def _find_machines(
    request: UserRequest, query: SearchQuery, limit: int
) -> Sequence[Result]:
    visible = inventory.visible(person_of(request))
    return [_machine(instance) for instance in visible.best(query.text, limit)]


def _machine(instance: Instance) -> Result:
    url = reverse("ganeti:instance-detail", args=[instance.cluster, instance.name])
    facts = (instance.cluster, *instance.ips)
    return Result(instance.name, " · ".join(facts), url)


def _find_clusters(
    request: UserRequest, query: SearchQuery, limit: int
) -> Sequence[Result]:
    clusters = [snapshot.cluster for snapshot in _snapshots(request)]
    matching = _matching(
        clusters,
        lambda cluster: (cluster.slug, cluster.hostname, cluster.description),
        query.words,
    )
    return [
        Result(
            cluster.slug,
            cluster.hostname,
            reverse("ganeti:cluster-detail", args=[cluster.slug]),
        )
        for cluster in islice(matching, limit)
    ]


def _find_nodes(
    request: UserRequest, query: SearchQuery, limit: int
) -> Sequence[Result]:
    def texts(item: tuple[str, Node]) -> Iterable[str]:
        return item[1].name, item[1].uuid

    nodes = (
        (snapshot.cluster.slug, node)
        for snapshot in _snapshots(request)
        if snapshot.contents
        for node in snapshot.contents.nodes.values()
    )
    matching = _matching(nodes, texts, _words_or_uuid(query))
    return [
        Result(
            node.name,
            f"{slug} · {node.group}",
            reverse("ganeti:node-detail", args=[slug, node.name]),
        )
        for slug, node in islice(matching, limit)
    ]


def _find_networks(
    request: UserRequest, query: SearchQuery, limit: int
) -> Sequence[Result]:
    def texts(item: tuple[str, GanetiNetwork]) -> Iterable[str]:
        network = item[1]
        return network.name, network.uuid, network.network, network.network6

    networks = [
        (snapshot.cluster.slug, network)
        for snapshot in _snapshots(request)
        if snapshot.contents
        for network in snapshot.contents.networks
    ]
    matching = (
        (item for item in networks if _has_address(item[1], query.text))
        if query.is_address
        else _matching(networks, texts, _words_or_uuid(query))
    )
    return [
        Result(
            network.name,
            " · ".join(filter(None, (slug, network.network, network.network6))),
            reverse("ganeti:network-detail", args=[slug, network.name]),
        )
        for slug, network in islice(matching, limit)
    ]


def _has_address(network: GanetiNetwork, text: str) -> bool:
    """Return whether an address is in a network, or a text is how its own begins."""
    prefixes = list(filter(None, (network.network, network.network6)))
    with contextlib.suppress(ValueError):
        address = ip_address(text.strip("[]"))
        return any(address in ip_network(prefix, strict=False) for prefix in prefixes)
    return any(prefix.startswith(text.lower()) for prefix in prefixes)


def _snapshots(request: UserRequest) -> Sequence[Snapshot]:
    """Return the snapshots of all clusters for those who may see clusters."""
    person = person_of(request)
    if not access.may_see_clusters(person):
        return []
    return inventory.visible(person).snapshots


def _words_or_uuid(query: SearchQuery) -> list[str]:
    return [query.text.lower()] if query.is_uuid else query.words


def _matching(
    items: Iterable[Item], texts: Callable[[Item], Iterable[str]], words: list[str]
) -> Iterator[Item]:
    """Yield the items that have each word in their texts; nothing without words."""
    if not words:
        return
    for item in items:
        text = "\n".join(texts(item)).lower()
        if all(word in text for word in words):
            yield item


def _find_jobs(
    request: UserRequest, query: SearchQuery, limit: int
) -> Sequence[Result]:
    if query.number is None:
        return []
    jobs = job_lookup.find_on_all(person_of(request), query.number)
    return [_job(job) for job in jobs[:limit]]


def _job(known_job: KnownJob) -> Result:
    slug = known_job.cluster.slug
    if known_job.job:
        opcode = known_job.job.opcode
        subject = f"{job_labels.kind(opcode.name)} {opcode.object_name}".strip()
    else:
        subject = known_job.ours.target_name if known_job.ours else ""
    label = _("Job %(number)s") % {"number": known_job.id}
    url = reverse("ganeti:job-detail", args=[slug, known_job.id])
    return Result(label, " · ".join(filter(None, (slug, subject))), url)


def _list_url(url_name: str) -> Callable[[SearchQuery], str]:
    return lambda query: f"{reverse(url_name)}?{urlencode({'q': query.text})}"


PROVIDERS = (
    Provider(
        10,
        "hdd-stack",
        gettext_lazy("Machines"),
        _find_machines,
        _list_url("ganeti:instance-list"),
    ),
    Provider(20, "diagram-3", gettext_lazy("Clusters"), _find_clusters),
    Provider(
        25,
        "hdd-rack",
        gettext_lazy("Nodes"),
        _find_nodes,
        _list_url("ganeti:node-list"),
    ),
    Provider(30, "ethernet", gettext_lazy("Networks"), _find_networks),
    Provider(80, "list-task", gettext_lazy("Jobs"), _find_jobs),
)
