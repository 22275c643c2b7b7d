"""Values computed from the contents of a cluster, cached until these change."""

from collections.abc import Callable
from typing import Generic, TypeVar

from django.utils.translation import get_language

from ..state.snapshots import Contents

Value = TypeVar("Value")


class PerContents(Generic[Value]):
    """A value of each cluster; ``compute`` gets its short name and its contents.

    It may contain texts in the current language, and depend on nothing else.
    """

    def __init__(self, compute: Callable[[str, Contents], Value]) -> None:
        self._compute = compute
        # Entries are replaced as a whole, so that threads need no lock.
        self._cached: dict[tuple[str, str | None], tuple[Contents, Value]] = {}

    def of(self, slug: str, contents: Contents) -> Value:
        key = (slug, get_language())
        cached = self._cached.get(key)
        if cached is None or cached[0] is not contents:
            cached = self._cached[key] = contents, self._compute(slug, contents)
        return cached[1]
