"""Why a job failed: Ganeti's exceptions, as they stand in a job, in words.

An opcode's result is then ``[class, arguments]``, where the arguments may be anything
that JSON has (``EncodeException`` in Ganeti's ``lib/errors.py``): a message, a message
and a code, triples of node, hook and output, a host name with a number.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from ..rapi.errors import clean, gettext_noop

# Of the common classes; to be translated where they are shown, up to the first colon.
# What those say that have none here is a sentence for people already.
WORDS = {
    "OpPrereqError": "",
    "OpExecError": "",
    "TagError": "",
    "OpResultError": gettext_noop("Ganeti couldn't read its own result"),
    "OpCodeUnknown": gettext_noop(
        "This version of Ganeti doesn't support the operation"
    ),
    "HooksAbort": gettext_noop("A hook stopped it"),
    "HooksFailure": gettext_noop("A hook failed"),
    "LockError": gettext_noop("Ganeti couldn't acquire its locks"),
    "JobQueueError": gettext_noop("Ganeti's job queue failed"),
    "JobQueueFull": gettext_noop("Ganeti's job queue is full"),
    "JobQueueDrainError": gettext_noop("Ganeti isn't accepting jobs"),
    "JobLost": gettext_noop("Ganeti lost the job"),
    "JobCanceled": gettext_noop("The job was cancelled"),
    "HypervisorError": gettext_noop("The hypervisor failed"),
    "HotplugError": gettext_noop("The running machine couldn't be changed"),
    "BlockDeviceError": gettext_noop("A disk failed"),
    "StorageError": gettext_noop("The storage failed"),
    "AddressPoolError": gettext_noop("The network has no free address of this kind"),
    "ReservationError": gettext_noop("The address is already reserved"),
    "ConfigurationError": gettext_noop("Ganeti's configuration is invalid"),
    "ResolverError": gettext_noop("A name couldn't be resolved"),
    "RPCError": gettext_noop("A node didn't respond"),
    "RemoteError": gettext_noop("The other cluster failed"),
    "CommandError": gettext_noop("A command failed"),
    "ParameterError": gettext_noop("A parameter is invalid"),
    "TypeEnforcementError": gettext_noop("A parameter is invalid"),
}
LONGEST = 10_000
DEEPEST = 20


def describe(opresult: object) -> str:
    """Return the reason of a job's failure: that of the first opcode that has one."""
    results = opresult if isinstance(opresult, list) else [opresult]
    # What opcodes before it gave may be anything, too.
    failed = [result for result in results if _is_exception(result)]
    reasons = map(_reason, failed or results)
    return next((reason for reason in reasons if reason), "")[:LONGEST]


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
            # The code after it says the same in a word for machines.
            return spell(message)
        case [str(name), arguments] if name in WORDS or _is_exception(result):
            return _joined(": ", [WORDS.get(name, name), spell(arguments)])
    return spell(result)


def spell(value: object, depth: int = 0) -> str:
    """Return any value as text: the parts of a list joined, whatever they are."""
    if value is None or depth > DEEPEST:
        return ""
    if isinstance(value, str):
        return clean(html.unescape(value[:LONGEST])).strip()
    if isinstance(value, Mapping):
        pairs = (f"{key}={spell(each, depth + 1)}" for key, each in value.items())
        return _joined(", ", map(clean, pairs))
    if isinstance(value, Sequence):
        nested = any(isinstance(part, list) for part in islice(value, LONGEST))
        return _joined(
            "; " if nested else ": ", (spell(part, depth + 1) for part in value)
        )
    # Python refuses to spell whole numbers of any length.
    return "?" if isinstance(value, int) and abs(value) > 10**50 else str(value)


def _joined(separator: str, parts: Iterator[str] | Sequence[str]) -> str:
    return separator.join(part for part in islice(parts, LONGEST) if part)
