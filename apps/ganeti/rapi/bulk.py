"""Queries of Ganeti versions that have none: answered from lists and single objects.

2.4 has no ``/2/query`` at all, 2.5 none of jobs, whose ids are text before 2.8 and make
filters of numbers unsure. What their lists lack comes back with
status UNKNOWN, as a field that a version does not know.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .errors import RapiNotFound
from .query import FieldStatus, Filter, Row
from .versions import Capability

if TYPE_CHECKING:
    from .client import RapiClient

Object = Mapping[str, Any]

# What a version needs so that it answers a query of this kind of object itself.
NEEDS = {"job": Capability.NUMERIC_JOB_IDS, "network": Capability.NETWORKS}
# Each costs a call.
MOST_JOBS = 200


def needed_for(resource: str) -> Capability:
    return NEEDS.get(resource, Capability.QUERY)


def query(
    client: "RapiClient", resource: str, fields: Sequence[str], filter_: Filter | None
) -> list[Row]:
    """Return what a query would; only filters of our own making are understood."""
    objects = _READERS[resource](client, fields, filter_)
    rows = (_row(found, fields) for found in objects if _fits(filter_, found))
    return list(rows)


def _row(found: Object, fields: Iterable[str]) -> Row:
    values = {field: found.get(field) for field in fields}
    lacking = {name: FieldStatus.UNKNOWN for name in values if name not in found}
    return Row(values, lacking)


def _fits(filter_: Filter | None, found: Object) -> bool:
    match filter_:
        case ["=", field, value]:
            return bool(found.get(field) == value)
        case [">=", field, value]:
            return bool(found.get(field, -1) >= value)
        case ["|", *parts]:
            return any(_fits(part, found) for part in parts)
        case ["&", *parts]:
            return all(_fits(part, found) for part in parts)
    return True


# -- instances, nodes, groups


def _instances(
    client: "RapiClient", fields: Sequence[str], _filter: Filter | None
) -> Iterator[Object]:
    groups = _groups_of_nodes(client) if "pnode.group" in fields else {}
    hypervisors = list(client.known_info().get("enabled_hypervisors") or ())
    for listed in client.instances_in_bulk():
        found = dict(listed)
        for prefix, parameters in (("be", "beparams"), ("hv", "hvparams")):
            for name, value in (found.get(parameters) or {}).items():
                found[f"{prefix}/{name}"] = value
        if found.get("pnode") in groups:
            found["pnode.group"] = groups[found["pnode"]]
        # Lists do not name it; on most clusters there is one.
        if len(hypervisors) == 1:
            found.setdefault("hypervisor", hypervisors[0])
        yield found


def _groups_of_nodes(client: "RapiClient") -> dict[str, str]:
    nodes = _nodes(client, ["group"], None)
    return {node["name"]: node["group"] for node in nodes if "group" in node}


def _nodes(
    client: "RapiClient", fields: Sequence[str], _filter: Filter | None
) -> Iterator[Object]:
    named = {}
    if "group" in fields:
        named = {group.get("uuid"): group.get("name") for group in client.groups()}
    for listed in client.nodes():
        group = named.get(listed.get("group.uuid"))
        yield {**listed, "group": group} if group else listed


def _groups(
    client: "RapiClient", _fields: Sequence[str], _filter: Filter | None
) -> list[dict[str, Any]]:
    return client.groups()


# -- jobs


def _jobs(
    client: "RapiClient", _fields: Sequence[str], filter_: Filter | None
) -> Iterator[Object]:
    ids = _named(filter_) or sorted(client.job_ids())
    wanted = [number for number in ids if _fits(filter_, {"id": number})]
    for number in wanted[-MOST_JOBS:]:
        with contextlib.suppress(RapiNotFound):
            if found := client.job(number):
                yield {**found, "id": number}


def _named(filter_: Filter | None) -> list[int]:
    """Return the ids that a filter of `any_of` names; none of another."""
    parts = filter_[1:] if filter_ and filter_[0] == "|" else []
    return [int(part[2]) for part in parts if part[:2] == ["=", "id"]]


_READERS: dict[
    str, Callable[["RapiClient", Sequence[str], Filter | None], Iterable[Object]]
] = {"instance": _instances, "node": _nodes, "group": _groups, "job": _jobs}
