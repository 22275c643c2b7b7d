"""Ganeti's exceptions in the results of failed jobs, as messages.

The result of a failed opcode is ``[class, arguments]``, where the arguments may be any
JSON (``EncodeException`` in Ganeti's ``lib/errors.py``): a message, a message and a
code, triples of node, hook and output, a host name with a number.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from ..rapi.errors import clean, gettext_noop

# Of the common classes; translated where they are shown, up to the first colon.
# Classes with an empty message have a sentence for users in their arguments.
MESSAGES = {
    "OpPrereqError": "",
    "OpExecError": "",
    "TagError": "",
    "OpResultError": gettext_noop("Ganeti does not understand its own result"),
    "OpCodeUnknown": gettext_noop("This version of Ganeti does not know the operation"),
    "HooksAbort": gettext_noop("A hook refused it"),
    "HooksFailure": gettext_noop("A hook failed"),
    "LockError": gettext_noop("Ganeti could not lock what it needs"),
    "JobQueueError": gettext_noop("Ganeti's job queue failed"),
    "JobQueueFull": gettext_noop("Ganeti's job queue is full"),
    "JobQueueDrainError": gettext_noop("Ganeti takes no jobs now"),
    "JobLost": gettext_noop("Ganeti lost the job"),
    "JobCanceled": gettext_noop("The job was canceled"),
    "HypervisorError": gettext_noop("The hypervisor failed"),
    "HotplugError": gettext_noop("The running machine could not be changed"),
    "BlockDeviceError": gettext_noop("A disk failed"),
    "StorageError": gettext_noop("The storage failed"),
    "AddressPoolError": gettext_noop("The network has no free address of that kind"),
    "ReservationError": gettext_noop("The address is reserved already"),
    "ConfigurationError": gettext_noop("Ganeti's configuration is not right"),
    "ResolverError": gettext_noop("A name could not be resolved"),
    "RPCError": gettext_noop("A node did not answer"),
    "RemoteError": gettext_noop("The other cluster failed"),
    "CommandError": gettext_noop("A command failed"),
    "ParameterError": gettext_noop("A parameter is not right"),
    "TypeEnforcementError": gettext_noop("A parameter is not right"),
}
MAX_LENGTH = 10_000
MAX_DEPTH = 20


def describe(opresult: object) -> str:
    """Return the error message of the first failed opcode of a job."""
    results = opresult if isinstance(opresult, list) else [opresult]
    # The results of opcodes before it may be anything.
    failed = [result for result in results if _is_exception(result)]
    reasons = map(_reason, failed or results)
    return next((reason for reason in reasons if reason), "")[:MAX_LENGTH]


def _is_exception(result: object) -> bool:
    match result:
        case [str(name), list()]:
            return name.isidentifier() and name[:1].isupper()
    return False


def _reason(result: object) -> str:
    match result:
        case None | True | False:
            return ""
        case ["OpPrereqError", [str(message), str()]]:
            # The second argument is an error code with the same meaning.
            return to_text(message)
        case [str(name), arguments] if name in MESSAGES or _is_exception(result):
            return _joined(": ", [MESSAGES.get(name, name), to_text(arguments)])
    return to_text(result)


def to_text(value: object, depth: int = 0) -> str:
    """Return any value as text; items of lists and mappings are joined."""
    if value is None or depth > MAX_DEPTH:
        return ""
    if isinstance(value, str):
        return clean(html.unescape(value[:MAX_LENGTH])).strip()
    if isinstance(value, Mapping):
        pairs = (f"{key}={to_text(item, depth + 1)}" for key, item in value.items())
        return _joined(", ", map(clean, pairs))
    if isinstance(value, Sequence):
        nested = any(isinstance(part, list) for part in islice(value, MAX_LENGTH))
        return _joined(
            "; " if nested else ": ", (to_text(part, depth + 1) for part in value)
        )
    # Python refuses to print integers of any length.
    return "?" if isinstance(value, int) and abs(value) > 10**50 else str(value)


def _joined(separator: str, parts: Iterator[str] | Sequence[str]) -> str:
    return separator.join(part for part in islice(parts, MAX_LENGTH) if part)
