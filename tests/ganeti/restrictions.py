"""Tags that restrict an instance, as Ganeti is asked for them."""

from typing import Any

from tests.ganeti.fakes import FakeRapi

ALICE = "ganetimgr:user:alice"


def calls(rapi: FakeRapi) -> list[tuple[str, str, Any]]:
    """Return what was asked: the method, what of, and the tags."""
    made = [job.call for job in rapi.jobs]
    return [
        (call.method, call.path.rsplit("/", 1)[1], call.query.get("tag"))
        for call in made
    ]


def tags(rapi: FakeRapi, name: str = "web1") -> set[str]:
    return set(rapi.instances[name]["tags"])
