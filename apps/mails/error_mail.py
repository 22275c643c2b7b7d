"""Mail errors to ADMINS, with location and traceback but without the user's data.

LOGGING names this module, so it is imported before the apps are loaded.
"""

import logging
import traceback
from pathlib import Path

from django.conf import settings
from django.core.mail import mail_admins
from django.http import HttpRequest

from .error_throttle import count_folded
from .one_line import fold
from .scrubbing import scrub

MAX_MESSAGE_LENGTH = 1000
MAX_TRACEBACK_LENGTH = 16_000
MAX_SUBJECT_LENGTH = 150


class AdminErrorHandler(logging.Handler):
    """Mail an error, then no more errors of the same kind for an hour.

    A kind is an exception's type and where it was raised, so that one fault doesn't
    cause thousands of emails. An email contains no settings, no local variables, and
    only the method and path of a request.
    """

    def emit(self, record: logging.LogRecord) -> None:
        if not settings.ADMINS:
            return
        try:
            kind = kind_of(record)
            folded = count_folded(kind)
            if folded is not None:
                subject = f"{record.levelname}: {scrub(kind)}"[:MAX_SUBJECT_LENGTH]
                mail_admins(subject, report(record, folded), fail_silently=True)
        except Exception:  # noqa: BLE001 - logging must not break the caller
            self.handleError(record)


def kind_of(record: logging.LogRecord) -> str:
    """Return the kind of an error; errors of one kind are mailed once."""
    exc = record.exc_info[1] if record.exc_info else None
    if exc is None:
        status = getattr(record, "status_code", "")
        source = f"{record.name} {status}".strip()
        return f"{source} at {_place(record.pathname, record.lineno)}"
    frames = traceback.extract_tb(exc.__traceback__)
    place = _place(frames[-1].filename, frames[-1].lineno) if frames else "?"
    return f"{type(exc).__qualname__} at {place}"


def report(record: logging.LogRecord, folded: int) -> str:
    """Return the text of the email."""
    message = fold(record.getMessage()[:MAX_MESSAGE_LENGTH])
    parts = [f"{record.levelname} {record.name}: {message}"]
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest):
        parts.append(f"Request: {request.method} {fold(request.path)}")
    if folded:
        parts.append(f"{folded} more errors like it since the last email about it.")
    if record.exc_info:
        lines = "".join(traceback.format_exception(record.exc_info[1]))
        parts.append(lines[-MAX_TRACEBACK_LENGTH:].strip())
    parts.append("No other email about this kind of error will be sent for an hour.")
    return scrub("\n\n".join(parts)) + "\n"


def _place(path: str, line: int | None) -> str:
    """Return a file, with its last two directories, and a line."""
    return f"{'/'.join(Path(path).parts[-3:])}:{line}"
