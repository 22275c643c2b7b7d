"""Cache of rendered rows, each for as long as all that it depends on is the same.

Most rows of a page are what they were the last time, for everybody with the same
rights: instances change seldom.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.web.lists import Column

from ..domain.instance import Instance
from . import row_templates
from .instance_rows import Dependencies, Rows

# Of some 2 KB each.
MAX_ROWS = 5000

# Language, columns, whether it is for staff, cluster and name.
Key = tuple[str | None, tuple[str, ...], bool, str, str]


class CachedRow(NamedTuple):
    """The markup of a row, and what it depends on."""

    instance: Instance
    dependencies: Dependencies
    markup: SafeString


_CACHE: dict[Key, CachedRow] = {}


def draw(rows: Rows, columns: Sequence[Column]) -> SafeString:
    """Return the markup of rows, as `row_templates.draw` does."""
    show = tuple(column.key for column in columns)
    language = get_language()
    markup = []
    for instance in rows.instances:
        dependencies = rows.dependencies(instance)
        if dependencies is None or settings.DEBUG:
            markup.append(row_templates.draw([rows.row(instance)], columns))
            continue
        key = (language, show, rows.staff, instance.cluster, instance.name)
        cached = _CACHE.get(key)
        if cached is None or not _is_current(cached, instance, dependencies):
            drawn = row_templates.draw([rows.row(instance)], columns)
            cached = _store(key, CachedRow(instance, dependencies, drawn))
        markup.append(cached.markup)
    return SafeString("".join(markup))


def _is_current(
    cached: CachedRow, instance: Instance, dependencies: Dependencies
) -> bool:
    # Comparing the objects first: equality looks at twenty fields.
    is_unchanged = cached.instance is instance or cached.instance == instance
    return is_unchanged and cached.dependencies == dependencies


def _store(key: Key, row: CachedRow) -> CachedRow:
    if len(_CACHE) >= MAX_ROWS:
        _CACHE.clear()
    _CACHE[key] = row
    return row


@receiver(setting_changed)
def forget(**_setting: object) -> None:
    """Clear the cache, in tests with other settings."""
    _CACHE.clear()
