"""Parse untrusted input in a separate process with limited CPU and memory.

Parsers of HTML, XML and Markdown are quadratic on some input, and recurse. In a
process that the kernel kills, such input costs a few seconds of one CPU and doesn't
block the threads (under gevent: everything) of the calling process.
"""

import importlib
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

CPU_S = 5
# More than CPU_S, since other processes compete for the CPU.
WALL_S = 30.0
MEMORY = 512 * 1024 * 1024
MOST_RESULT = 16 * 1024 * 1024
# Less than Python's default, of which a web request has used some: what can be parsed
# here must be parseable there.
RECURSION_LIMIT = 600

Function = Callable[[bytes], Any]

_ROOT = Path(__file__).resolve().parents[2]


class LimitError(Exception):
    """The function raised or exceeded a limit; the text says which."""


def call(function: Function, data: bytes, *, cpu_s: int | None = None) -> Any:
    """Call a function with data in a limited process; raise LimitError.

    The function's module must be importable without Django's apps, and its result must
    be serializable as JSON.
    """
    name = [function.__module__, function.__qualname__, str(cpu_s or CPU_S)]
    try:
        process = subprocess.run(  # noqa: S603 - our own code, and no shell
            [sys.executable, "-m", __name__, *name],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            timeout=WALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise LimitError("It takes too long to read.") from exc
    return _result(process)


def _result(process: "subprocess.CompletedProcess[bytes]") -> Any:
    if process.returncode or len(process.stdout) > MOST_RESULT:
        raise LimitError("It takes too much time or memory to read.")
    if not process.stdout:
        raise LimitError("Its reading broke off.")
    return unwrap(json.loads(process.stdout))


def unwrap(answer: Mapping[str, Any]) -> Any:
    """Return the result in an answer; raise LimitError if it is an error."""
    if "error" in answer:
        raise LimitError(f"It cannot be read: {answer['error']}")
    return answer["result"]


def answer(module: str, function: str, data: bytes) -> dict[str, Any]:
    """Return the result or the error of a function, to send to the caller."""
    try:
        return {"result": getattr(importlib.import_module(module), function)(data)}
    except Exception as exc:  # noqa: BLE001 - reported to the caller
        return {"error": f"{type(exc).__name__}: {exc}"[:300]}


def main(module: str, function: str, cpu_s: str) -> None:
    """Set the limits, call a function with standard input, and print its answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s), int(cpu_s) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(RECURSION_LIMIT)
    json.dump(answer(module, function, sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
