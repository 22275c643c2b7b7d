"""Wake-ups through beanstalkd; the database alone does as well, only later.

A message names a job to follow. It carries nothing that the Job row does not know, so
that losing beanstalkd with all that it holds costs moments.
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
# How long a watcher may keep a message without a sign of life.
TIME_TO_RUN_S = 30

Failure = (OSError, greenstalk.Error)


class MalformedError(Exception):
    """A message that is none of ours."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as beanstalkd holds it, and the row that it speaks of."""

    job_pk: int
    reserved: "greenstalk.Job[bytes]"


def configured() -> bool:
    return bool(settings.BEANSTALK_URL)


def wake(job: Job) -> None:
    """Tell the watchers of a job; never makes the caller wait, never fails."""
    if configured():
        threading.Thread(target=_put, args=(job.pk,), daemon=True).start()


def _put(job_pk: int) -> None:
    try:
        with connection() as client:
            client.put(json.dumps({"job": job_pk}).encode(), ttr=TIME_TO_RUN_S)
    except Failure as exc:
        # The watchers look into the table as well.
        logger.warning("Job %s was not announced: %s", job_pk, exc)


@contextmanager
def connection() -> Iterator[greenstalk.Client[bytes]]:
    """Connect to beanstalkd for a while."""
    client = connect()
    try:
        yield client
    finally:
        client.close()


def connect() -> "greenstalk.Client[bytes]":
    """Connect to the tube of the settings; raises OSError or greenstalk.Error."""
    url = urlsplit(settings.BEANSTALK_URL)
    where = (url.hostname or "localhost", url.port or 11300)
    sock = socket.create_connection(where, timeout=CONNECT_TIMEOUT_S)
    tube = settings.BEANSTALK_TUBE
    try:
        # Bytes: a message in another encoding is no failure of the connection.
        return greenstalk.Client(sock, encoding=None, use=tube, watch=tube)
    except Failure:
        sock.close()
        raise


def read(reserved: "greenstalk.Job[bytes]") -> Message:
    """Understand a message; raises MalformedError."""
    try:
        job_pk = json.loads(reserved.body)["job"]
    except (ValueError, TypeError, KeyError, RecursionError) as exc:
        raise MalformedError(repr(reserved.body[:200])) from exc
    if not isinstance(job_pk, int) or isinstance(job_pk, bool):
        raise MalformedError(repr(reserved.body[:200]))
    return Message(job_pk, reserved)
