"""The reason that travels with each call: whose job it is, and which row of ours."""

from ..models import Job

_PREFIX = "ganetimgr"


def reason_of(job: Job) -> str:
    """Return the text for Ganeti's reason trail: the key, who, and what for.

    Only ASCII: Ganeti 3.0 fails to write a job down whose reason has other letters.
    """
    who = job.user.get_username() if job.user else ""
    text = f"{_PREFIX}:{job.key} {who}: {job.reason}"
    return text.encode("ascii", "backslashreplace").decode()


def key_in(reason: str) -> str | None:
    """Return the key in a reason of ours, else None."""
    head, _space, _rest = reason.partition(" ")
    prefix, _colon, key = head.partition(":")
    return key if prefix == _PREFIX and key else None
