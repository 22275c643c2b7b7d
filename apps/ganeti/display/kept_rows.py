"""Rows of the table whose markup is kept while all that they are made of is the same.

Most rows of a page are drawn as they were the last time, for whoever has the same
rights: machines change seldom.
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
from .instance_rows import Basis, Rows

# Of some 2 KB each.
MOST_KEPT = 5000

# The language and the columns of a row, whether staff reads it, and which one it is.
Key = tuple[str | None, tuple[str, ...], bool, str, str]


class Kept(NamedTuple):
    """Markup, and what it was made of."""

    instance: Instance
    basis: Basis
    markup: SafeString


_KEPT: dict[Key, Kept] = {}


def draw(rows: Rows, columns: Sequence[Column]) -> SafeString:
    """Return the markup of rows, as `row_templates.draw` does."""
    show = tuple(column.key for column in columns)
    language = get_language()
    markup = []
    for instance in rows.instances:
        basis = rows.basis(instance)
        if basis is None or settings.DEBUG:
            markup.append(row_templates.draw([rows.row(instance)], columns))
            continue
        key = (language, show, rows.staff, instance.cluster, instance.name)
        kept = _KEPT.get(key)
        if kept is None or kept.basis != basis or not _is_same(kept, instance):
            drawn = row_templates.draw([rows.row(instance)], columns)
            kept = _keep(key, Kept(instance, basis, drawn))
        markup.append(kept.markup)
    return SafeString("".join(markup))


def _is_same(kept: Kept, instance: Instance) -> bool:
    """Tell whether an instance is as it was; comparing the objects alone is quicker."""
    return kept.instance is instance or kept.instance == instance


def _keep(key: Key, row: Kept) -> Kept:
    if len(_KEPT) >= MOST_KEPT:
        _KEPT.clear()
    _KEPT[key] = row
    return row


@receiver(setting_changed)
def forget(**_setting: object) -> None:
    """Draw everything afresh, in tests with other settings."""
    _KEPT.clear()
