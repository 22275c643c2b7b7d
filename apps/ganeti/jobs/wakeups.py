"""Wake watchers through beanstalkd; without it they poll the database.

A message holds the key of a job to follow and nothing that its row lacks, so losing
beanstalkd with all its messages costs moments only.
"""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import greenstalk
from django.conf import settings

from ..models import Job

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 2.0
# How long a watcher may hold a message without touching it.
TIME_TO_RUN_S = 30

CONNECTION_ERRORS = (OSError, greenstalk.Error)


class MalformedError(Exception):
    """The message is not one of ours."""


@dataclass(frozen=True, slots=True)
class Message:
    """A reserved message, with the key of the job that it is about."""

    job_pk: int
    reserved: "greenstalk.Job[bytes]"


def is_configured() -> bool:
    return bool(settings.BEANSTALK_URL)


def wake(job: Job) -> None:
    """Notify the watchers of a job in a thread; never blocks, never raises."""
    if is_configured():
        threading.Thread(target=_put, args=(job.pk,), daemon=True).start()


def _put(job_pk: int) -> None:
    try:
        with connection() as client:
            client.put(json.dumps({"job": job_pk}).encode(), ttr=TIME_TO_RUN_S)
    except CONNECTION_ERRORS as exc:
        # The watchers poll the table as well.
        logger.warning("Job %s was not announced: %s", job_pk, exc)


@contextmanager
def connection() -> Iterator[greenstalk.Client[bytes]]:
    """Connect to beanstalkd and close the connection at the end."""
    client = connect()
    try:
        yield client
    finally:
        client.close()


def connect() -> "greenstalk.Client[bytes]":
    """Connect to the tube of the settings; raises OSError or greenstalk.Error."""
    url = urlsplit(settings.BEANSTALK_URL)
    address = (url.hostname or "localhost", url.port or 11300)
    sock = socket.create_connection(address, timeout=CONNECT_TIMEOUT_S)
    tube = settings.BEANSTALK_TUBE
    try:
        # Bytes, so that a message in another encoding does not fail the connection.
        return greenstalk.Client(sock, encoding=None, use=tube, watch=tube)
    except CONNECTION_ERRORS:
        sock.close()
        raise


def parse(reserved: "greenstalk.Job[bytes]") -> Message:
    """Parse a message; raises MalformedError."""
    try:
        job_pk = json.loads(reserved.body)["job"]
    except (ValueError, TypeError, KeyError, RecursionError) as exc:
        raise MalformedError(repr(reserved.body[:200])) from exc
    if not isinstance(job_pk, int) or isinstance(job_pk, bool):
        raise MalformedError(repr(reserved.body[:200]))
    return Message(job_pk, reserved)
