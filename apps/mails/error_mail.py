"""Mail errors to ADMINS: where, and how it came to it, but nothing of who asked.

Named by LOGGING, so that it is imported before the apps are there.
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
    """Mails one error of a kind, then for an hour no more of that kind.

    A kind is an exception's type and where it was raised, so that nobody gets a
    thousand mails of one fault. A mail holds no settings, no local variables, and of a
    request no more than its method and path.
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
        except Exception:  # noqa: BLE001 - to log must not break what is logged
            self.handleError(record)


def kind_of(record: logging.LogRecord) -> str:
    """Return what errors have in common that are mailed once."""
    exc = record.exc_info[1] if record.exc_info else None
    if exc is None:
        status = getattr(record, "status_code", "")
        what = f"{record.name} {status}".strip()
        return f"{what} at {_place(record.pathname, record.lineno)}"
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
    """Return a file and line, as short as it is clear."""
    return f"{'/'.join(Path(path).parts[-3:])}:{line}"
