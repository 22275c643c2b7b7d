"""What a cluster is in the cache: size and CPU time, beside pickle's."""

import pickle
import time

from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents
from tests.bench import clusters
from tests.bench.place import Place, simulator
from tests.bench.table import Line, figure, timed
from tests.bench.turns import in_turns

SIZES = (1_000, 10_000)
TURNS = 9
AT_MOST = 1.1


def run(place: Place) -> list[Line]:
    with simulator(place.directory, f"--instances={SIZES[-1]}") as simulated:
        added = [clusters.added(each) for each in simulated.clusters]
        [whole] = clusters.known(added).values()
    return [line for size in SIZES for line in compared(clusters.part(whole, size))]


def compared(contents: Contents, turns: int = TURNS) -> list[Line]:
    codec = snapshots._contents
    typed, pickled = codec.encode(contents), pickle.dumps(contents)
    found = in_turns(
        {
            "pickle: encode": lambda: pickle.dumps(contents),
            "typed: encode": lambda: codec.encode(contents),
            "pickle: decode": lambda: pickle.loads(pickled),  # noqa: S301 - our own
            "typed: decode": lambda: codec.decode(typed),
        },
        turns,
        clock=time.process_time,
    )
    about = f"{len(contents.instances):,} instances"
    lines = [size(f"{about}, pickle", pickled), size(f"{about}, typed", typed)]
    for action in ("encode", "decode"):
        ours, theirs = found[f"typed: {action}"], found[f"pickle: {action}"]
        lines += [
            timed(f"{about}, pickle: {action}, CPU", theirs),
            timed(f"{about}, typed: {action}, CPU", ours, theirs, AT_MOST),
        ]
    return lines


def size(what: str, data: bytes) -> Line:
    return figure(f"{what}: size", len(data) / 1024, "KiB")
