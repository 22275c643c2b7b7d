"""Errors of RAPI calls, in one hierarchy.

RapiError
├── RapiUnreachable       no answer: refused, timed out, broken off
│   └── RapiUntrusted     its certificate is not the expected one
├── RapiProtocolError     an answer that no Ganeti gives: HTML, broken JSON
├── UndecryptableError    not called, its password is unreadable: see `encryption`
├── RapiUnsupported       this version of Ganeti cannot do it
└── RapiRefused           Ganeti said no, and why
    ├── RapiPermissionDenied
    ├── RapiNotFound
    └── RapiConflict
"""


def gettext_noop(message: str) -> str:
    """Mark a message to be translated where it is shown; this package has no Django.

    Text that follows the message after a colon is not translated.
    """
    return message


class RapiError(Exception):
    """A call failed; the text is a message for users."""


class RapiUnreachable(RapiError):
    """The cluster gave no answer.

    ``sent`` is whether Ganeti may have received the call nevertheless: a job may then
    exist whose id is unknown.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class RapiUntrusted(RapiUnreachable):
    """The server could not prove to be the cluster; no request was sent to it."""


class RapiProtocolError(RapiError):
    """Something answered, but not as Ganeti does; it may have acted on the call."""


class RapiUnsupported(RapiError):
    """The cluster's version of Ganeti lacks what the call needs."""


class RapiRefused(RapiError):
    """Ganeti refused the call; ``code`` is the HTTP status."""

    def __init__(self, message: str, *, code: int) -> None:
        super().__init__(message)
        self.code = code


class RapiPermissionDenied(RapiRefused):
    """Wrong user or password, or a read-only user (401, 403)."""


class RapiNotFound(RapiRefused):
    """No such object (404)."""


class RapiConflict(RapiRefused):
    """The object's state does not allow this (409)."""


_BY_CODE = {
    401: RapiPermissionDenied,
    403: RapiPermissionDenied,
    404: RapiNotFound,
    409: RapiConflict,
}


def clean(text: str) -> str:
    """Return text without characters of JSON that databases refuse."""
    return text.replace("\0", "").encode(errors="replace").decode()


def refusal(code: int, message: str) -> RapiRefused:
    """Return the error for an HTTP status, with Ganeti's message."""
    return _BY_CODE.get(code, RapiRefused)(clean(message), code=code)
