"""A process inside the product, to call the product's own code.

It reads lines of JSON, ``[name, arguments]``, calls the function of that name in
``answers`` and writes what it returns as a line of JSON.
"""

import json
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from types import ModuleType, TracebackType
from typing import Any, Self

import django
from django.db import connection

from ganetimgr.settings.defaults import BASE_DIR
from tests import services


class Inside:
    """Starts the process and calls its functions."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.system.inside"],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        services.end(self._process)

    def ask(self, question: str, /, **arguments: Any) -> Any:
        """Call a function of ``answers``; raise AssertionError if it fails."""
        assert self._process.stdout is not None
        self.send(question, **arguments)
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def send(self, question: str, /, **arguments: Any) -> None:
        """Call a function without waiting for what it returns."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([question, arguments]) + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        services.end(self._process, signal.SIGKILL)


def answer_to(answers: ModuleType, line: str) -> dict[str, Any]:
    name, arguments = json.loads(line)
    try:
        return {"value": getattr(answers, name)(**arguments)}
    except Exception:  # noqa: BLE001 - the test fails by it, not this process
        return {"error": traceback.format_exc()}
    finally:
        connection.close()


def main() -> None:
    django.setup()
    from tests.system import answers  # noqa: PLC0415 - Django is set up now

    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer_to(answers, line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
