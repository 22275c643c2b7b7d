"""Parse what strangers wrote in a process of its own, with bounded CPU and memory.

Parsers of HTML, XML and Markdown are quadratic on some input, and recurse. In a
process that the kernel ends, such input costs a few seconds of one CPU, while the
threads (under gevent: everything) of the calling process go on.
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
# More than the CPU, since others may have it first.
WALL_S = 30.0
MEMORY = 512 * 1024 * 1024
MOST_RESULT = 16 * 1024 * 1024
# Less than Python's own, of which a web request has used some: what is read here may
# be read there.
RECURSION_LIMIT = 600

Function = Callable[[bytes], Any]

_ROOT = Path(__file__).resolve().parents[2]


class LimitError(Exception):
    """The function raised, or took more than it may; the text says which."""


def call(function: Function, data: bytes, *, cpu_s: int | None = None) -> Any:
    """Return what a function makes of data; raises LimitError.

    The function is one of a module that imports without Django's apps, and what it
    returns is JSON.
    """
    name = [function.__module__, function.__qualname__, str(cpu_s or CPU_S)]
    try:
        ended = subprocess.run(  # noqa: S603 - our own code, and no shell
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
    return _result(ended)


def _result(ended: "subprocess.CompletedProcess[bytes]") -> Any:
    if ended.returncode or len(ended.stdout) > MOST_RESULT:
        raise LimitError("It takes too much time or memory to read.")
    if not ended.stdout:
        raise LimitError("Its reading broke off.")
    return unwrap(json.loads(ended.stdout))


def unwrap(answer: Mapping[str, Any]) -> Any:
    """Return the result in an answer; raises LimitError when it is an error."""
    if "error" in answer:
        raise LimitError(f"It cannot be read: {answer['error']}")
    return answer["result"]


def answer(module: str, function: str, data: bytes) -> dict[str, Any]:
    """Return what a function returns or which error it raises, to be sent back."""
    try:
        return {"result": getattr(importlib.import_module(module), function)(data)}
    except Exception as exc:  # noqa: BLE001 - whatever it is, the caller gets it
        return {"error": f"{type(exc).__name__}: {exc}"[:300]}


def main(module: str, function: str, cpu_s: str) -> None:
    """Call a function with what is on standard input."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s), int(cpu_s) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(RECURSION_LIMIT)
    json.dump(answer(module, function, sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
