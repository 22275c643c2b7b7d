"""Errors as Ganeti's RAPI returns them."""

from __future__ import annotations

import html
import json
from http import HTTPStatus

EXPLANATIONS = {
    400: "Bad request syntax or unsupported method",
    401: "No permission -- see authorization schemes",
    403: "Request forbidden -- authorization will not help",
    404: "Nothing matches the given URI",
    415: "Entity body in unsupported format",
    500: "Server got itself in trouble",
    501: "Server does not support this operation",
    502: "Invalid responses from another server/proxy",
    503: "The server cannot process the request due to a high load",
}


class RapiFault(Exception):
    """An answer that is an error: code, message and an explanation."""

    def __init__(
        self,
        status: int,
        message: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.status = status
        self.message = message or HTTPStatus(status).phrase
        self.headers = headers or {}
        super().__init__(f"{status}: {self.message}")

    def body(self) -> bytes:
        """Write the error as Ganeti does, with its message escaped for HTML."""
        document = {
            "code": self.status,
            "message": html.escape(self.message),
            "explain": html.escape(
                EXPLANATIONS.get(self.status, HTTPStatus(self.status).description)
            ),
        }
        return json.dumps(document).encode() + b"\n"


class OpError(Exception):
    """An opcode that fails: an error class, a message and perhaps a code."""

    def __init__(self, kind: str, message: str, code: str | None = None) -> None:
        self.kind = kind
        self.details = [message] if code is None else [message, code]
        super().__init__(message)

    @property
    def result(self) -> list[object]:
        """The shape in which a job's ``opresult`` holds it."""
        return [self.kind, self.details]


def unmet(message: str, code: str | None = "wrong_state") -> OpError:
    """Return the error of an unmet precondition."""
    return OpError("OpPrereqError", message, code)


def unknown_entity(kind: str, name: str) -> OpError:
    return unmet(f"{kind} '{name}' not known", "unknown_entity")
