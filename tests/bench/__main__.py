"""Print the table: ``python -m tests.bench [PART …]``, of all parts or some."""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from tests import services
from tests.bench.parts import NAMES, PARTS, Part, run
from tests.bench.table import Line, written
from tests.lab import is_up


@contextmanager
def own_process() -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as pool:
        yield pool


def measured(parts: Sequence[Part]) -> Iterator[tuple[str, list[Line]]]:
    with own_process() as pool:
        for part in parts:
            began = time.monotonic()
            say(f"{part.title} …")
            lines, others = pool.submit(run, part).result()
            say(f" {time.monotonic() - began:.0f} s\n")
            yield f"{part.title}, others using {others:.1f} cores", lines


def possible(parts: Sequence[Part]) -> list[Part]:
    """Leave out, and say so, what needs services that are not installed."""
    kinds = (services.Redis, services.Beanstalkd)
    missing = [kind.program for kind in kinds if not kind.is_installed()]
    if missing and any(part.shared for part in parts):
        say(f"Not installed, so nothing is measured with it: {', '.join(missing)}\n")
    with_lab = any(part.lab for part in parts) and is_up("fake")
    if any(part.lab for part in parts) and not with_lab:
        say("The lab is down, so nothing is measured on it: contrib/lab/lab up fake\n")
    return [
        part
        for part in parts
        if not (part.shared and missing) and (with_lab or not part.lab)
    ]


def say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def machine() -> str:
    """Say what the figures were taken on, and whether it had other things to do."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load {load:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(NAMES))
    names = parser.parse_args().parts
    if unknown := set(names) - set(NAMES):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    wanted = [part for part in PARTS if not names or part.name in names]
    before = machine()
    found = list(measured(possible(wanted)))
    sys.stdout.write("\n".join([before, *written(found)]) + "\n")


if __name__ == "__main__":
    main()
