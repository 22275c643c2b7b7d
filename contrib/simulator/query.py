"""Answers to ``/2/query`` and to lists in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from contrib.simulator import filters
from contrib.simulator.errors import RapiFault
from contrib.simulator.fields import (
    GROUP_FIELDS,
    JOB_FIELDS,
    NETWORK_FIELDS,
    NODE_FIELDS,
    OLDEST,
    Field,
    Fields,
    unknown,
)
from contrib.simulator.instance_fields import INSTANCE_FIELDS, MEMORY_SPAN
from contrib.simulator.jobs import Job, Queue
from contrib.simulator.spec import Version
from contrib.simulator.state import Cluster, Instance, nice_key


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of object that can be asked for."""

    fields: Fields[Any]
    key: str = "name"
    title: str = ""


RESOURCES: dict[str, Resource] = {
    "instance": Resource(INSTANCE_FIELDS, title="Instance"),
    "node": Resource(NODE_FIELDS, title="Node"),
    "group": Resource(GROUP_FIELDS, title="NodeGroup"),
    "network": Resource(NETWORK_FIELDS, title="Network"),
    "job": Resource(JOB_FIELDS, key="id"),
}


# Which release answers queries of a kind of object; others came with queries.
SINCE: dict[str, Version] = {"job": (2, 6), "network": (2, 7)}


class Inquirer:
    """Reads a cluster and its jobs for queries."""

    def __init__(self, cluster: Cluster, queue: Queue) -> None:
        self.cluster = cluster
        self.queue = queue

    def resource(self, name: str, request: list[Any]) -> Resource:
        resource = RESOURCES.get(name)
        if self.cluster.release < SINCE.get(name, OLDEST):
            raise RapiFault(404)
        if resource is None:
            raise RapiFault(
                502,
                f"Failed to parse request: Cannot convert value '{json.dumps(request)}'"
                f", error: Can't parse value '{name}' as a type of query",
            )
        return resource

    def has_field(self, resource: Resource, name: str) -> bool:
        field = resource.fields.get(name)
        return field is not None and field.since <= self.cluster.release

    def choose(self, resource: Resource, names: Iterable[str]) -> list[Field[Any]]:
        return [
            resource.fields[name] if self.has_field(resource, name) else unknown(name)
            for name in names
        ]

    def items(self, name: str) -> Sequence[Any]:
        cluster = self.cluster
        tables: dict[str, dict[str, Any]] = {
            "node": cluster.nodes,
            "group": cluster.groups,
            "network": cluster.networks,
        }
        if name == "instance":
            return cluster.sorted_instances()
        if name == "job":
            return self.queue.listed()
        return [tables[name][key] for key in sorted(tables[name], key=nice_key)]

    # Queries

    def describe(self, name: str, field_names: list[str] | None) -> dict[str, Any]:
        """Answer ``/2/query/RESOURCE/fields``."""
        resource = self.resource(name, [name, field_names])
        if field_names is None:
            release = self.cluster.release
            chosen = [f for f in resource.fields.values() if f.since <= release]
            chosen.sort(key=lambda field: nice_key(field.name))
        else:
            chosen = self.choose(resource, field_names)
        return {"fields": [field.describe() for field in chosen]}

    def query(self, name: str, field_names: Any, condition: Any) -> bytes:
        """Answer ``/2/query/RESOURCE``, serialized."""
        resource = self.resource(name, [name, field_names, condition])
        if not isinstance(field_names, list) or not all(
            isinstance(f, str) for f in field_names
        ):
            raise filters.malformed(name, field_names, condition, "Unable to read list")
        chosen = self.choose(resource, field_names)
        rows = [
            self._row(item, chosen)
            for item in self._select(name, resource, field_names, condition)
        ]
        described = json.dumps([field.describe() for field in chosen])
        text = '{"data": [' + ", ".join(rows) + '], "fields": ' + described + "}\n"
        return text.encode()

    def _select(
        self, name: str, resource: Resource, field_names: list[str], condition: Any
    ) -> Iterable[Any]:
        if condition is None:
            return self.items(name)
        names = filters.named(condition, resource.key, int if name == "job" else str)
        if names is not None:
            return self.named(name, names)
        try:
            test = filters.compile_filter(
                condition, lambda f: self.has_field(resource, f)
            )
        except filters.Malformed as exc:
            raise filters.malformed(name, field_names, condition, str(exc)) from exc
        return [item for item in self.items(name) if test(self._lookup(resource, item))]

    def _lookup(self, resource: Resource, item: Any) -> filters.Lookup:
        return lambda field: resource.fields[field].cell(self.cluster, item)

    def named(self, name: str, names: list[Any]) -> list[Any]:
        """Find objects by name; one that does not exist spoils the whole answer."""
        if name == "job":
            return [self.queue.get(job_id) for job_id in names]
        cluster = self.cluster
        tables: dict[str, dict[str, Any]] = {
            "instance": cluster.instances,
            "node": cluster.nodes,
            "group": cluster.groups,
            "network": cluster.networks,
        }
        return [self.find(name, item_name, tables[name]) for item_name in names]

    def find(self, name: str, item_name: str, table: dict[str, Any]) -> Any:
        """Find an object, or fail as the master does over a name it does not know."""
        full = self.cluster.full_name(table, item_name)
        if full is None:
            title = RESOURCES[name].title
            reason = (f"{title} name {item_name} not found", "unknown_entity")
            raise RapiFault(500, str(reason))
        return table[full]

    def _row(self, item: Any, fields: list[Field[Any]]) -> str:
        if not isinstance(item, Instance):
            return self._cells(item, fields)
        key = tuple(field.name for field in fields)
        row = item.rows.get(key)
        if row is None:
            row = self._cells(item, fields)
            item.remember_row(key, row)
        return row

    def _cells(self, item: Any, fields: list[Field[Any]]) -> str:
        return json.dumps([field.cell(self.cluster, item) for field in fields])

    # Lists

    def bulk(self, name: str, field_names: tuple[str, ...]) -> bytes:
        """Answer a list with ``bulk=1``, serialized."""
        rows = [self.document(name, item, field_names) for item in self.items(name)]
        return ("[" + ", ".join(rows) + "]\n").encode()

    def document(self, name: str, item: Any, field_names: tuple[str, ...]) -> str:
        """Write one object as the lists and single resources show it."""
        key = ("bulk", *field_names)
        if isinstance(item, Instance) and key in item.rows:
            return item.rows[key]
        fields = RESOURCES[name].fields
        values = {
            field: fields[field].cell(self.cluster, item)[1]
            for field in field_names
            if fields[field].since <= self.cluster.release
        }
        if "beparams" in values and self.cluster.release >= MEMORY_SPAN:
            # an old name that lists and single resources keep, and queries do not
            beparams = values["beparams"]
            values["beparams"] = {**beparams, "memory": beparams["maxmem"]}
        text = json.dumps(values)
        if isinstance(item, Instance):
            item.remember_row(key, text)
        return text

    def needs_nodes(self, name: str, field_names: Iterable[Any]) -> bool:
        """Tell whether an answer would make the master ask every node."""
        fields = RESOURCES[name].fields if name in RESOURCES else {}
        return any(
            isinstance(field, str) and field in fields and fields[field].live
            for field in field_names
        )

    def job_values(self, job: Job, field_names: Iterable[str]) -> list[Any]:
        return [
            JOB_FIELDS[field].cell(self.cluster, job)[1]
            if field in JOB_FIELDS
            else None
            for field in field_names
        ]
