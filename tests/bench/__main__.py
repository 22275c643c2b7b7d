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
from tests.bench.table import Line, format_table
from tests.lab import is_up


@contextmanager
def own_process() -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as pool:
        yield pool


def measure(parts: Sequence[Part]) -> Iterator[tuple[str, list[Line]]]:
    with own_process() as pool:
        for part in parts:
            started = time.monotonic()
            report(f"{part.title} …")
            lines, other_cores = pool.submit(run, part).result()
            report(f" {time.monotonic() - started:.0f} s\n")
            yield f"{part.title}, others using {other_cores:.1f} cores", lines


def available_parts(parts: Sequence[Part]) -> list[Part]:
    """Return the parts whose services are available; report the others."""
    kinds = (services.Redis, services.Beanstalkd)
    missing = [kind.program for kind in kinds if not kind.is_installed()]
    if missing and any(part.shared for part in parts):
        report(f"Not installed, so nothing is measured with it: {', '.join(missing)}\n")
    with_lab = any(part.lab for part in parts) and is_up("fake")
    if any(part.lab for part in parts) and not with_lab:
        report(
            "The lab is down, so nothing is measured on it: contrib/lab/lab up fake\n"
        )
    return [
        part
        for part in parts
        if not (part.shared and missing) and (with_lab or not part.lab)
    ]


def report(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def describe_machine() -> str:
    """Describe the machine and its load."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load {load:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(NAMES))
    names = parser.parse_args().parts
    if unknown := set(names) - set(NAMES):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    selected = [part for part in PARTS if not names or part.name in names]
    machine = describe_machine()
    measured_parts = list(measure(available_parts(selected)))
    sys.stdout.write("\n".join([machine, *format_table(measured_parts)]) + "\n")


if __name__ == "__main__":
    main()
