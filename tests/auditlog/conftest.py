"""The cast and the cluster of the ganeti app: the history is about them."""

from tests.ganeti.conftest import (
    nothing_remembered,
    alice,
    bob,
    carol,
    cluster,
    farm,
    in_background,
    olga,
    published,
    rapi,
    root,
)

__all__ = [
    "nothing_remembered",
    "alice",
    "bob",
    "carol",
    "cluster",
    "farm",
    "in_background",
    "olga",
    "published",
    "rapi",
    "root",
]
