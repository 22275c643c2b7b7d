"""Submitted changes of tags that restrict an instance."""

from typing import Any

from tests.ganeti.fakes import FakeRapi

ALICE = "ganetimgr:user:alice"


def calls(rapi: FakeRapi) -> list[tuple[str, str, Any]]:
    """Return method, resource and tags of each submitted job."""
    submitted_calls = [job.call for job in rapi.jobs]
    return [
        (call.method, call.path.rsplit("/", 1)[1], call.query.get("tag"))
        for call in submitted_calls
    ]


def tags(rapi: FakeRapi, name: str = "web1") -> set[str]:
    return set(rapi.instances[name]["tags"])
