"""What is measured, each part in a process and a directory of its own."""

import importlib
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.others import Others
from tests.bench.table import Line


@dataclass(frozen=True, slots=True)
class Part:
    """Something to measure, and where.

    ``shared``: with Redis and beanstalkd. ``lab``: on the real lab, if it is up.
    """

    name: str
    module: str
    shared: bool
    lab: bool = False

    @property
    def title(self) -> str:
        where = "Redis, beanstalkd" if self.shared else "file cache, no queue"
        return f"{self.name} ({where})"


PARTS = (
    Part("list", "lists", shared=False),
    Part("list", "lists", shared=True),
    Part("pages", "pages", shared=False),
    Part("pages", "pages", shared=True),
    Part("codec", "codec", shared=False),
    Part("refresh", "refreshes", shared=True),
    Part("jobs", "jobs", shared=False),
    Part("jobs", "jobs", shared=True),
    Part("building", "building", shared=False, lab=True),
    Part("building", "building", shared=True, lab=True),
    Part("memory", "memory", shared=True),
    Part("polling", "polling", shared=True),
)
NAMES = list(dict.fromkeys(part.name for part in PARTS))


def run(part: Part) -> tuple[list[Line], float]:
    """Measure one part, in a process of its own that has the settings to itself.

    Return the cores too that others used meanwhile: where they leave less than the
    targets are set for, a miss may be theirs.
    """
    # Whoever is told to end must not leave servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with Others() as others:
        lines = measured(part)
    return lines, others.cores


def measured(part: Part) -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="ganetimgr-bench-") as directory:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "ganetimgr.settings",
            "GANETIMGR_SETTINGS": f"{directory}/settings.py",
            "GANETIMGR_STATE": f"{directory}/state",
        }
        # Both read settings, or need Django set up, when they are imported.
        places = importlib.import_module("tests.bench.place")
        with places.place(Path(directory), shared=part.shared) as place:
            module = importlib.import_module(f"tests.bench.{part.module}")
            lines: list[Line] = module.run(place)
            return lines
