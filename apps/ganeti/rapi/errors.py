"""What can go wrong between us and a cluster, in one tree.

RapiError
├── RapiUnreachable       no answer: refused, timed out, broken off
│   └── RapiUntrusted     its certificate is not the expected one
├── RapiProtocolError     an answer that no Ganeti gives: HTML, broken JSON
├── UndecryptableError    nobody could be asked: see `encryption`
├── RapiUnsupported       this version of Ganeti cannot do it
└── RapiRefused           Ganeti said no, and why
    ├── RapiPermissionDenied
    ├── RapiNotFound
    └── RapiConflict
"""


def gettext_noop(message: str) -> str:
    """Mark a text to be translated where it is shown, by those who know Django.

    What follows a colon after it is left as it is.
    """
    return message


class RapiError(Exception):
    """The call did not do what was asked; the text says why, for people."""


class RapiUnreachable(RapiError):
    """The cluster gave no answer.

    ``sent`` tells whether Ganeti may have received the call all the same: a job may
    then exist that nobody told us about.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class RapiUntrusted(RapiUnreachable):
    """Whatever answered could not prove to be the cluster; nothing was sent to it."""


class RapiProtocolError(RapiError):
    """Something answered, but not as Ganeti does; it may have acted on the call."""


class RapiUnsupported(RapiError):
    """The cluster's version of Ganeti lacks what the call needs."""


class RapiRefused(RapiError):
    """Ganeti understood and said no; ``code`` is the HTTP status."""

    def __init__(self, message: str, *, code: int) -> None:
        super().__init__(message)
        self.code = code


class RapiPermissionDenied(RapiRefused):
    """Wrong user or password, or the user may only read (401, 403)."""


class RapiNotFound(RapiRefused):
    """No such object (404)."""


class RapiConflict(RapiRefused):
    """The object is not in a state for this (409)."""


_BY_CODE = {
    401: RapiPermissionDenied,
    403: RapiPermissionDenied,
    404: RapiNotFound,
    409: RapiConflict,
}


def clean(text: str) -> str:
    """Return text without what no database keeps, as JSON can have it."""
    return text.replace("\0", "").encode(errors="replace").decode()


def refused(code: int, message: str) -> RapiRefused:
    """Return the error for an HTTP status and Ganeti's explanation."""
    return _BY_CODE.get(code, RapiRefused)(clean(message), code=code)
