"""Ganeti's remote API without Ganeti: for tests, demonstrations and benchmarks."""

from contrib.simulator.simulator import SimulatedCluster, Simulator
from contrib.simulator.spec import ClusterSpec

__all__ = ["ClusterSpec", "SimulatedCluster", "Simulator"]
