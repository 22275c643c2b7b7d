"""One typed method per resource and method of Ganeti's RAPI.

Methods that change something return the id of the job that Ganeti made of it, and take
``reason``: text that Ganeti keeps in the job's reason trail. Names, shapes and
parameters are those of ``doc/rapi.rst``; memory and disk sizes are MiB.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal
from urllib.parse import quote

from . import bulk
from .errors import (
    RapiNotFound,
    RapiPermissionDenied,
    RapiProtocolError,
    RapiRefused,
    RapiUnsupported,
    gettext_noop,
)
from .query import Filter, ResultRow, any_of, read_rows
from .transport import Json, Query, Transport
from .versions import UNKNOWN, Capability, Version, parse, since, supports

Object = dict[str, Any]
RebootKind = Literal["soft", "hard", "full"]
TagOwner = Literal["instances", "nodes", "groups", "networks"]


class RapiClient:
    """Client of one cluster's RAPI."""

    def __init__(self, transport: Transport, *, version: Version | None = None) -> None:
        self._transport = transport
        self._version = version
        self._info: Object = {}

    # -- the cluster

    def version(self) -> int:
        """Return the version of the RAPI protocol, 2 since Ganeti 2.0."""
        return int(self._get("/version"))

    def features(self) -> list[str]:
        return list(self._get("/2/features"))

    def info(self) -> Object:
        self._info = self._get_object("/2/info")
        self._version = parse(str(self._info.get("software_version", "")))
        return self._info

    def cached_info(self) -> Object:
        """Return the cluster's info, fetched once per client."""
        return self._info or self.info()

    def operating_systems(self) -> list[str]:
        """Return OS definitions with variants; runs a job and takes about a second."""
        return list(self._get("/2/os"))

    def cluster_tags(self) -> list[str]:
        return list(self._get("/2/tags"))

    def add_cluster_tags(self, tags: Iterable[str], *, reason: str) -> int:
        return self._submit("PUT", "/2/tags", reason, {"tag": list(tags)})

    def delete_cluster_tags(self, tags: Iterable[str], *, reason: str) -> int:
        return self._submit("DELETE", "/2/tags", reason, {"tag": list(tags)})

    def ganeti_version(self) -> Version:
        """Return (major, minor) of the cluster's Ganeti; fetched once per client."""
        if self._version is None:
            self.info()
        return self._version or UNKNOWN

    def assume_version(self, version: Version) -> None:
        """Set the version of the cluster's Ganeti, which saves a call."""
        self._version = version

    def require(self, capability: Capability) -> None:
        """Raise RapiUnsupported unless the cluster has the capability."""
        if not supports(self.ganeti_version(), capability):
            message = gettext_noop("This requires a newer version of Ganeti")
            raise RapiUnsupported(f"{message}: {since(capability)}.")

    # -- queries

    def query(
        self, resource: str, fields: Sequence[str], filter_: Filter | None = None
    ) -> list[ResultRow]:
        """Return fields of all objects of a kind, or of those that a filter matches.

        Fields that this version lacks are None with status UNKNOWN. For versions
        without such a query, the answer is built from their lists.
        """
        version_known = self._version is not None
        # Old versions do not refuse a filter of jobs: they return no rows.
        if (version_known or resource == "job") and self._lacks_query(resource):
            return bulk.query(self, resource, fields, filter_)
        body = {"fields": list(fields), "filter": filter_}
        try:
            answer = self._transport.request("PUT", f"/2/query/{resource}", body=body)
        except RapiPermissionDenied:
            raise
        except RapiRefused:
            # Only now, since a call for the version would slow down all queries.
            if version_known or not self._lacks_query(resource):
                raise
            return bulk.query(self, resource, fields, filter_)
        return read_rows(answer, fields)

    def _lacks_query(self, resource: str) -> bool:
        version = self.ganeti_version()
        # A version that cannot be parsed is taken for a new one.
        return version > UNKNOWN and not supports(
            version, bulk.required_capability(resource)
        )

    def query_fields(self, resource: str) -> list[Object]:
        """Return name, title, kind and doc of every field of a kind of object."""
        self.require(Capability.QUERY)
        return list(self._get_object(f"/2/query/{resource}/fields")["fields"])

    # -- instances

    def instances(self) -> list[str]:
        return [item["id"] for item in self._get("/2/instances")]

    def instances_in_bulk(self) -> list[Object]:
        return list(self._get("/2/instances", {"bulk": 1}))

    def instance(self, name: str) -> Object:
        return self._get_object(_path("instances", name))

    def create_instance(
        self, body: Object, *, reason: str, dry_run: bool = False
    ) -> int:
        """Create an instance from the parameters of OpInstanceCreate.

        ``name_check`` and ``ip_check`` are always sent: their defaults differ between
        versions.
        """
        body = {"__version__": 1, "name_check": False, "ip_check": False, **body}
        query = _dry_run_query(dry_run)
        return self._submit("POST", "/2/instances", reason, query, body)

    def delete_instance(self, name: str, *, reason: str) -> int:
        return self._submit("DELETE", _path("instances", name), reason)

    def startup(self, name: str, *, reason: str) -> int:
        return self._submit("PUT", _path("instances", name, "startup"), reason)

    def shutdown(
        self,
        name: str,
        *,
        reason: str,
        timeout_s: int | None = None,
        force: bool = False,
        no_remember: bool = False,
    ) -> int:
        """Shut down; ``timeout_s`` is how long a clean shutdown may take.

        0 powers off at once. ``force``: Ganeti tries even if it is marked offline.
        ``no_remember`` keeps the configured state, so that Ganeti's own watcher starts
        the instance again.
        """
        query: dict[str, str | int | list[str]] = {"no_remember": int(no_remember)}
        # Omitted if false: old versions do not know it.
        body: Object = {"force": True} if force else {}
        if timeout_s is not None:
            body["timeout"] = timeout_s
        path = _path("instances", name, "shutdown")
        return self._submit("PUT", path, reason, query, body)

    def reboot(self, name: str, *, reason: str, kind: RebootKind = "hard") -> int:
        query: Query = {"type": kind}
        return self._submit("POST", _path("instances", name, "reboot"), reason, query)

    def reinstall(
        self,
        name: str,
        *,
        os: str | None = None,
        osparams: dict[str, str] | None = None,
        start: bool = True,
        clear_osparams: bool = False,
    ) -> int:
        """Reinstall; takes no reason, since this resource has no parameter for it."""
        body: Object = {"start": start}
        if os is not None:
            body["os"] = os
        if osparams is not None:
            body["osparams"] = osparams
        if clear_osparams:
            self.require(Capability.CLEAR_OSPARAMS)
            body["clear_osparams"] = True
        return self._submit("POST", _path("instances", name, "reinstall"), body=body)

    def rename(self, name: str, new_name: str, *, reason: str) -> int:
        body = {"new_name": new_name, "name_check": False, "ip_check": False}
        return self._submit(
            "PUT", _path("instances", name, "rename"), reason, body=body
        )

    def modify(
        self, name: str, body: Object, *, reason: str, hotplug: bool = False
    ) -> int:
        """Set parameters of OpInstanceSetParams; ``hotplug`` is sent if supported."""
        parameters = dict(body)
        if supports(self.ganeti_version(), Capability.HOTPLUG):
            parameters["hotplug"] = hotplug
        path = _path("instances", name, "modify")
        return self._submit("PUT", path, reason, body=parameters)

    def migrate(
        self,
        name: str,
        *,
        reason: str,
        mode: Literal["live", "non-live"] | None = None,
        target_node: str | None = None,
        cleanup: bool = False,
        allow_failover: bool = False,
    ) -> int:
        body: Object = {"cleanup": cleanup, "allow_failover": allow_failover}
        if mode is not None:
            body["mode"] = mode
        if target_node is not None:
            body["target_node"] = target_node
        path = _path("instances", name, "migrate")
        return self._submit("PUT", path, reason, body=body)

    def failover(
        self,
        name: str,
        *,
        reason: str,
        target_node: str | None = None,
        ignore_consistency: bool = False,
    ) -> int:
        self.require(Capability.FAILOVER)
        body: Object = {"ignore_consistency": ignore_consistency}
        if target_node is not None:
            body["target_node"] = target_node
        path = _path("instances", name, "failover")
        return self._submit("PUT", path, reason, body=body)

    def console(self, name: str) -> Object:
        """Return the console's parameters; RapiRefused (503) if it is not running."""
        return self._get_object(_path("instances", name, "console"))

    # -- tags

    def tags(self, owner: TagOwner, name: str) -> list[str]:
        return list(self._get(_path(owner, name, "tags")))

    def add_tags(
        self, owner: TagOwner, name: str, tags: Iterable[str], *, reason: str
    ) -> int:
        query: Query = {"tag": list(tags)}
        return self._submit("PUT", _path(owner, name, "tags"), reason, query)

    def delete_tags(
        self, owner: TagOwner, name: str, tags: Iterable[str], *, reason: str
    ) -> int:
        query: Query = {"tag": list(tags)}
        return self._submit("DELETE", _path(owner, name, "tags"), reason, query)

    # -- nodes, groups, networks

    def nodes(self) -> list[Object]:
        return list(self._get("/2/nodes", {"bulk": 1}))

    def node(self, name: str) -> Object:
        return self._get_object(_path("nodes", name))

    def groups(self) -> list[Object]:
        return list(self._get("/2/groups", {"bulk": 1}))

    def group(self, name: str) -> Object:
        return self._get_object(_path("groups", name))

    def networks(self) -> list[Object]:
        """Return the networks that Ganeti manages; none before 2.7."""
        if not supports(self.ganeti_version(), Capability.NETWORKS):
            return []
        return list(self._get("/2/networks", {"bulk": 1}))

    def network(self, name: str) -> Object:
        self.require(Capability.NETWORKS)
        return self._get_object(_path("networks", name))

    # -- jobs

    def job_ids(self) -> list[int]:
        return [int(item["id"]) for item in self._get("/2/jobs")]

    def jobs(self) -> list[Object]:
        return list(self._get("/2/jobs", {"bulk": 1}))

    def job(self, job_id: int) -> Object | None:
        """Return a job, or None if it is not in the queue (null fields, or 404)."""
        try:
            job = self._get_object(f"/2/jobs/{job_id}")
        except RapiNotFound:
            return None
        return job if job.get("status") else None

    def jobs_by_id(self, ids: Sequence[int], fields: Sequence[str]) -> list[ResultRow]:
        """Return fields of several jobs in one call; jobs that are gone have no row."""
        if not ids:
            return []
        rows = self.query("job", fields, any_of("id", ids))
        return [row for row in rows if row.get("status") is not None]

    def wait_for_job(
        self,
        job_id: int,
        fields: Sequence[str],
        previous: Sequence[Any] | None = None,
        log_serial: int | None = None,
    ) -> Object | None:
        """Wait for a change; return job_info and log_entries, None after 10 s."""
        body = {
            "fields": list(fields),
            "previous_job_info": previous,
            "previous_log_serial": log_serial,
        }
        answer = self._transport.request("GET", f"/2/jobs/{job_id}/wait", body=body)
        if answer is not None and not isinstance(answer, dict):
            message = gettext_noop("The response about a job has an unexpected format.")
            raise RapiProtocolError(message)
        return answer

    def cancel_job(self, job_id: int) -> tuple[bool, str]:
        """Request cancellation of a job; return whether Ganeti tries, and its message.

        Only the job's final status shows the outcome: it may be too late to cancel.
        """
        accepted, message = self._transport.request("DELETE", f"/2/jobs/{job_id}")
        return bool(accepted), str(message)

    # -- requests

    def _get(self, path: str, query: Query | None = None) -> Json:
        return self._transport.request("GET", path, query=query)

    def _get_object(self, path: str) -> Object:
        answer = self._get(path)
        if not isinstance(answer, dict):
            message = gettext_noop("The response has an unexpected format.")
            raise RapiProtocolError(message)
        return answer

    def _submit(
        self,
        method: str,
        path: str,
        reason: str | None = None,
        query: Query | None = None,
        body: Json = None,
    ) -> int:
        """Submit a job and return its id; ids are strings before Ganeti 2.8."""
        parameters = dict(query or {})
        if reason is not None:
            parameters["reason"] = reason
        answer = self._transport.request(method, path, query=parameters, body=body)
        try:
            return int(answer)
        except (TypeError, ValueError) as exc:
            message = gettext_noop("The response isn't a job ID.")
            raise RapiProtocolError(message) from exc


def _path(kind: str, name: str, action: str = "") -> str:
    path = f"/2/{kind}/{quote(name, safe='')}"
    return f"{path}/{action}" if action else path


def _dry_run_query(dry_run: bool) -> Query:
    return {"dry-run": 1} if dry_run else {}


def verify_write_access(client: RapiClient) -> bool:
    """Return whether the RAPI user has write access, without changing anything.

    Reads may be open to everybody, so it takes a call that requires write access:
    cancelling a job that cannot exist. Ganeti answers 403 to a read-only user; raises
    RapiPermissionDenied (401) for a wrong user or password.
    """
    try:
        client.cancel_job(NONEXISTENT_JOB)
    except RapiRefused as exc:
        if exc.code == 401:
            raise
        return exc.code != 403
    return True


NONEXISTENT_JOB = 2**31 - 1
