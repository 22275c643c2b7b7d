"""The reason sent with each job: its key here, the user and the purpose."""

from ..models import Job

_PREFIX = "ganetimgr"


def reason_of(job: Job) -> str:
    """Return the text for Ganeti's reason trail: key, user name and reason.

    ASCII only: Ganeti 3.0 fails to store jobs whose reason has other characters.
    """
    username = job.user.get_username() if job.user else ""
    text = f"{_PREFIX}:{job.key} {username}: {job.reason}"
    return text.encode("ascii", "backslashreplace").decode()


def key_in(reason: str) -> str | None:
    """Return the key in a reason, or None if the reason isn't ours."""
    header, _space, _text = reason.partition(" ")
    prefix, _colon, key = header.partition(":")
    return key if prefix == _PREFIX and key else None
