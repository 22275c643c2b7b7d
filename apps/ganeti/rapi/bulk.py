"""Queries for old versions of Ganeti, answered from lists and single objects.

2.4 has no ``/2/query`` at all, 2.5 none of jobs, whose ids are text before 2.8, where
filters by number are unreliable. Fields that the lists lack have status UNKNOWN, like
fields that a version does not have.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .errors import RapiNotFound
from .query import FieldStatus, Filter, ResultRow
from .versions import Capability

if TYPE_CHECKING:
    from .client import RapiClient

Object = Mapping[str, Any]

# Capabilities of versions that answer queries of these kinds of objects themselves.
REQUIRED = {"job": Capability.NUMERIC_JOB_IDS, "network": Capability.NETWORKS}
# Each takes a call.
MAX_JOBS = 200


def required_capability(resource: str) -> Capability:
    return REQUIRED.get(resource, Capability.QUERY)


def query(
    client: "RapiClient", resource: str, fields: Sequence[str], filter_: Filter | None
) -> list[ResultRow]:
    """Return the rows of a query; supports only the filters of `query`."""
    objects = _READERS[resource](client, fields, filter_)
    rows = (_row(item, fields) for item in objects if _matches(filter_, item))
    return list(rows)


def _row(item: Object, fields: Iterable[str]) -> ResultRow:
    values = {field: item.get(field) for field in fields}
    statuses = {name: FieldStatus.UNKNOWN for name in values if name not in item}
    return ResultRow(values, statuses)


def _matches(filter_: Filter | None, item: Object) -> bool:
    match filter_:
        case ["=", field, value]:
            return bool(item.get(field) == value)
        case [">=", field, value]:
            return bool(item.get(field, -1) >= value)
        case ["|", *parts]:
            return any(_matches(part, item) for part in parts)
        case ["&", *parts]:
            return all(_matches(part, item) for part in parts)
    return True


# -- instances, nodes, groups


def _instances(
    client: "RapiClient", fields: Sequence[str], _filter: Filter | None
) -> Iterator[Object]:
    groups = _groups_of_nodes(client) if "pnode.group" in fields else {}
    hypervisors = list(client.cached_info().get("enabled_hypervisors") or ())
    for item in client.instances_in_bulk():
        instance = dict(item)
        for prefix, parameters in (("be", "beparams"), ("hv", "hvparams")):
            for name, value in (instance.get(parameters) or {}).items():
                instance[f"{prefix}/{name}"] = value
        if instance.get("pnode") in groups:
            instance["pnode.group"] = groups[instance["pnode"]]
        # Lists do not contain it; most clusters have only one.
        if len(hypervisors) == 1:
            instance.setdefault("hypervisor", hypervisors[0])
        yield instance


def _groups_of_nodes(client: "RapiClient") -> dict[str, str]:
    nodes = _nodes(client, ["group"], None)
    return {node["name"]: node["group"] for node in nodes if "group" in node}


def _nodes(
    client: "RapiClient", fields: Sequence[str], _filter: Filter | None
) -> Iterator[Object]:
    group_names = {}
    if "group" in fields:
        group_names = {
            group.get("uuid"): group.get("name") for group in client.groups()
        }
    for node in client.nodes():
        group = group_names.get(node.get("group.uuid"))
        yield {**node, "group": group} if group else node


def _groups(
    client: "RapiClient", _fields: Sequence[str], _filter: Filter | None
) -> list[dict[str, Any]]:
    return client.groups()


# -- jobs


def _jobs(
    client: "RapiClient", _fields: Sequence[str], filter_: Filter | None
) -> Iterator[Object]:
    ids = _ids_in(filter_) or sorted(client.job_ids())
    matching = [job_id for job_id in ids if _matches(filter_, {"id": job_id})]
    for job_id in matching[-MAX_JOBS:]:
        with contextlib.suppress(RapiNotFound):
            if job := client.job(job_id):
                yield {**job, "id": job_id}


def _ids_in(filter_: Filter | None) -> list[int]:
    """Return the ids in a filter made by `any_of`; none of other filters."""
    parts = filter_[1:] if filter_ and filter_[0] == "|" else []
    return [int(part[2]) for part in parts if part[:2] == ["=", "id"]]


_READERS: dict[
    str, Callable[["RapiClient", Sequence[str], Filter | None], Iterable[Object]]
] = {"instance": _instances, "node": _nodes, "group": _groups, "job": _jobs}
