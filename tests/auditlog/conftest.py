"""The cast and the cluster of the ganeti app: the history is about them."""

from tests.ganeti.conftest import (
    alice,
    bob,
    carol,
    cluster,
    farm,
    in_background,
    nothing_remembered,
    olga,
    published,
    rapi,
    root,
)

__all__ = [
    "alice",
    "bob",
    "carol",
    "cluster",
    "farm",
    "in_background",
    "nothing_remembered",
    "olga",
    "published",
    "rapi",
    "root",
]
