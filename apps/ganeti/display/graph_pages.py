"""What pages of graphs show: machines in sections, each with its graphs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.web.stored_text import Text

from ..domain.instance import Instance, natural_key
from ..graphs import charts
from ..graphs.images import INTERFACE_TYPE, MACHINE_TYPE
from .graph_query import SECTION_OF, GraphQuery

# Machines on one page.
PAGE_SIZE = 500
KIND_LABELS: Mapping[str, Text] = {
    "cpu": gettext_lazy("CPU"),
    "memory": gettext_lazy("Memory"),
    "disk": gettext_lazy("Disk"),
    "network": gettext_lazy("Network"),
}
# What a list of machines shows of each.
LISTED_KINDS = ("cpu", "network")


@dataclass(frozen=True, slots=True)
class Shown:
    """A graph: a chart by the URL of its data, or an image by its own."""

    caption: str
    address: str


@dataclass(frozen=True, slots=True)
class MachineGraphs:
    """A machine in a list, with its images or where the data of its charts is."""

    name: str
    address: str
    data_address: str = ""
    images: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Machines of a cluster, node group or node."""

    title: str
    cluster: str
    instances: Sequence[Instance]
    address: str = ""


Times = tuple[str, str]


def charts_of(instance: Instance, times: Times) -> list[Shown]:
    """Return the charts of a machine, of each network interface where they differ."""
    base = _address(instance)
    return [
        Shown(caption, f"{base}data/{suffix}")
        for caption, suffix in _charts(settings.GRAPHS, len(instance.nics), times)
    ]


def listed_charts(times: Times) -> list[Shown]:
    """Return the charts that a list has of each machine, relative to its address."""
    kinds = [kind for kind in LISTED_KINDS if kind in settings.GRAPHS]
    return [Shown(*chart) for chart in _charts(kinds or settings.GRAPHS, 1, times)]


def _charts(
    kinds: Iterable[str], interfaces: int, times: Times
) -> Iterator[tuple[str, str]]:
    """Yield the caption of each chart, and its data's address after ``data/``."""
    query = {"start": times[0], "end": times[1]}
    for kind in kinds:
        label = str(KIND_LABELS[kind])
        if not charts.has_interfaces(kind):
            yield label, f"{kind}?{urlencode(query)}"
            continue
        for index in range(interfaces):
            interface = f"eth{index}"
            own = urlencode({**query, "interface": interface})
            yield f"{label} {interface}", f"{kind}?{own}"


def images_of(instance: Instance, times: Times) -> list[Shown]:
    """Return the images of a machine and of each of its network interfaces."""
    base, span = _address(instance), ",".join(times)
    network = str(KIND_LABELS["network"])
    return [
        Shown(str(KIND_LABELS["cpu"]), f"{base}{MACHINE_TYPE}/{span}"),
        *(
            Shown(f"{network} eth{index}", f"{base}{INTERFACE_TYPE}/{span}/eth{index}")
            for index in range(len(instance.nics))
        ),
    ]


def _address(instance: Instance) -> str:
    arguments = (instance.cluster, instance.name)
    return reverse("ganeti:graph-machine", args=arguments)


def machine_graphs(
    instance: Instance, query: GraphQuery, times: Times
) -> MachineGraphs:
    """Return a machine of a list, with its graphs."""
    base = _address(instance)
    address = f"{base}{query.for_machine}"
    if query.shows_charts:
        return MachineGraphs(instance.name, address, f"{base}data/")
    images = images_of(instance, times)[:2]
    return MachineGraphs(instance.name, address, images=tuple(images))


def sections(
    instances: Iterable[Instance], query: GraphQuery, by: str
) -> list[Section]:
    """Return sections of all machines, each with the address of its list."""
    result = []
    for (cluster, title), machines in _grouped(instances, by):
        changes = {} if by == "cluster" else {by: title}
        path = reverse("ganeti:graph-cluster", args=(cluster,))
        address = f"{path}{query.address(**changes, by=by, page=1)}"
        result.append(Section(title, cluster, machines, address))
    return result


def _grouped(
    instances: Iterable[Instance], by: str
) -> Iterator[tuple[tuple[str, str], list[Instance]]]:
    """Yield machines by cluster and section; all in natural order."""
    groups: dict[tuple[str, str], list[Instance]] = {}
    of = SECTION_OF[by]
    for instance in instances:
        groups.setdefault((instance.cluster, of(instance)), []).append(instance)
    for key in sorted(groups, key=natural_key):
        yield key, groups[key]


def in_order(instances: Iterable[Instance], by: str) -> list[Instance]:
    """Return machines by section and name, in natural order."""
    return [
        instance
        for _key, machines in _grouped(instances, by)
        for instance in sorted(machines, key=lambda machine: machine.sort_key)
    ]


def on_page(
    page: Iterable[Instance], query: GraphQuery, times: Times
) -> list[tuple[str, list[MachineGraphs]]]:
    """Return the machines of a page in their sections; they are in order already."""
    return [
        (title, [machine_graphs(instance, query, times) for instance in instances])
        for title, instances in groupby(page, SECTION_OF[query.by])
    ]
