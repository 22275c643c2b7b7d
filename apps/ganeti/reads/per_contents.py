"""Values computed from the contents of a cluster, cached until these change."""

from collections.abc import Callable
from typing import Generic, TypeVar

from ..state.snapshots import Contents

Value = TypeVar("Value")


class PerContents(Generic[Value]):
    """A value of each cluster; ``compute`` gets its short name and its contents.

    The value must not depend on anything else, such as the language.
    """

    def __init__(self, compute: Callable[[str, Contents], Value]) -> None:
        self._compute = compute
        # Entries are replaced as a whole, so that threads need no lock.
        self._cached: dict[str, tuple[Contents, Value]] = {}

    def of(self, slug: str, contents: Contents) -> Value:
        cached = self._cached.get(slug)
        if cached is None or cached[0] is not contents:
            cached = self._cached[slug] = contents, self._compute(slug, contents)
        return cached[1]
