"""Size and CPU time of a cluster in the cache, compared with pickle."""

import pickle
import time

from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents
from tests.bench import clusters
from tests.bench.environment import Environment, simulator
from tests.bench.interleaving import time_interleaved
from tests.bench.table import Line, figure_line, timing_line

SIZES = (1_000, 10_000)
REPEATS = 9
MAX_RATIO = 1.1


def run(environment: Environment) -> list[Line]:
    with simulator(environment.directory, f"--instances={SIZES[-1]}") as simulated:
        created = [
            clusters.create_cluster(description) for description in simulated.clusters
        ]
        [contents] = clusters.refresh_all(created).values()
    return [
        line
        for size in SIZES
        for line in compare(clusters.select_instances(contents, size))
    ]


def compare(contents: Contents, repeats: int = REPEATS) -> list[Line]:
    codec = snapshots._contents
    typed, pickled = codec.encode(contents), pickle.dumps(contents)
    samples = time_interleaved(
        {
            "pickle: encode": lambda: pickle.dumps(contents),
            "typed: encode": lambda: codec.encode(contents),
            "pickle: decode": lambda: pickle.loads(pickled),  # noqa: S301 - our own
            "typed: decode": lambda: codec.decode(typed),
        },
        repeats,
        clock=time.process_time,
    )
    prefix = f"{len(contents.instances):,} instances"
    lines = [
        size_line(f"{prefix}, pickle", pickled),
        size_line(f"{prefix}, typed", typed),
    ]
    for action in ("encode", "decode"):
        typed_samples, pickle_samples = (
            samples[f"typed: {action}"],
            samples[f"pickle: {action}"],
        )
        lines += [
            timing_line(f"{prefix}, pickle: {action}, CPU", pickle_samples),
            timing_line(
                f"{prefix}, typed: {action}, CPU",
                typed_samples,
                pickle_samples,
                MAX_RATIO,
            ),
        ]
    return lines


def size_line(label: str, data: bytes) -> Line:
    return figure_line(f"{label}: size", len(data) / 1024, "KiB")
