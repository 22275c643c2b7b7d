"""A minimal HTTP/1.1: one request and one response per connection."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

MAX_HEAD_BYTES = 65536
MAX_BODY_BYTES = 10 * 1024 * 1024


class BadRequest(ValueError):
    """Raised for what is no HTTP request."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A received request; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)


def read_request(connection: socket.socket) -> HttpRequest | None:
    """Read one request; None when the client hung up without sending any."""
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) > MAX_HEAD_BYTES:
            raise BadRequest("Request header too long")
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body_start = data.partition(b"\r\n\r\n")
    method, target, headers = _parse_head(head.decode("latin-1"))
    length = _length(headers)
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    chunks, received = [body_start], len(body_start)
    while received < length:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        chunks.append(chunk)
        received += len(chunk)
    return HttpRequest(method, target, headers, b"".join(chunks)[:length])


def _parse_head(head: str) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.split("\r\n")
    try:
        method, target, _version = first.split(" ")
    except ValueError as exc:
        raise BadRequest("Request line malformed") from exc
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return method.upper(), target, headers


def _length(headers: dict[str, str]) -> int:
    try:
        length = int(headers.get("content-length", "0"))
    except ValueError as exc:
        raise BadRequest("Content-Length is not a number") from exc
    if not 0 <= length <= MAX_BODY_BYTES:
        raise BadRequest("Body too long")
    return length


def write_answer(status: int, headers: dict[str, str], body: bytes) -> bytes:
    """Compose an answer; like Ganeti's, it closes the connection."""
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        *(f"{name}: {value}" for name, value in headers.items()),
        "Connection: close",
        f"Date: {formatdate(usegmt=True)}",
        f"Content-Length: {len(body)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("latin-1") + body
