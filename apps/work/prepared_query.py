"""Querysets that are compiled to SQL once per process.

The ORM takes ten times as long to compile a statement as the database to execute it,
so the queries of every page are prepared.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet, query

M = TypeVar("M", bound=Model)
Row = tuple[Any, ...]

Argument = str | int | datetime
_MARKER_START, _MARKER_END = "\ue000argument:", "\ue001"


def argument(name: str) -> str:
    """Return a placeholder for an argument; it occurs in no other text.

    Filter text by the placeholder itself, numbers and times by ``Value(argument(…))``.
    """
    return f"{_MARKER_START}{name}{_MARKER_END}"


class PreparedQuery(Generic[M]):
    """A queryset that is compiled once; it may use `select_related`.

    Filter by an `argument` for values that vary, and pass them by name to `fetch`. The
    models of up to ``keep`` sets of arguments are cached and returned again while their
    rows are unchanged; callers must not modify them.
    """

    def __init__(self, queryset: Callable[[], "QuerySet[M]"], *, keep: int = 0) -> None:
        self._queryset, self._max_cached = queryset, keep
        self._cached: dict[tuple[Argument, ...], tuple[list[Row], list[M]]] = {}

    def fetch(self, **arguments: Argument) -> list[M]:
        """Return the models, as iterating over the queryset would."""
        rows = self._rows(arguments)
        if not rows:
            return []
        key = tuple(arguments.values())
        cached = self._cached.get(key)
        if cached and cached[0] == rows:
            return list(cached[1])
        converted = self._compiler.apply_converters(rows, self._converters)
        models = [self._model(row) for row in converted]
        if len(self._cached) >= self._max_cached:
            self._cached.clear()
        if self._max_cached:
            self._cached[key] = rows, models
        return models

    def _rows(self, arguments: Mapping[str, Argument]) -> list[Row]:
        values = {argument(name): _adapted(arguments[name]) for name in arguments}
        _compiler, sql, parameters = self._compiled
        if not sql:
            return []
        filled = [
            values[parameter] if parameter in self._markers else parameter
            for parameter in parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, filled)
            return list(cursor.fetchall())

    def _model(self, row: Sequence[Any]) -> M:
        names = self._names
        model: M = self._model_class.from_db("default", names, row[: len(names)])
        for populator in self._related:
            populator.populate(row, model)
        return model

    @cached_property
    def _compiled(self) -> tuple[Any, str, Row]:
        """Return a compiler, its SQL and parameters; empty SQL if nothing can match.

        Set them together: threads must not share a compiler while it compiles.
        """
        compiler = self._queryset().query.get_compiler(connection=connection)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return compiler, "", ()
        return compiler, sql, tuple(parameters)

    @property
    def _compiler(self) -> Any:
        return self._compiled[0]

    @cached_property
    def _markers(self) -> frozenset[str]:
        """Return the statement's parameters that are placeholders of arguments."""
        return frozenset(filter(_is_argument, self._compiled[2]))

    @cached_property
    def _model_class(self) -> type[M]:
        model: type[M] = self._compiler.klass_info["model"]
        return model

    @cached_property
    def _names(self) -> list[str]:
        """Return the field names of the model itself, whose columns come first."""
        compiler = self._compiler
        columns = [compiler.select[n][0] for n in compiler.klass_info["select_fields"]]
        return [column.target.attname for column in columns]

    @cached_property
    def _related(self) -> list[Any]:
        compiler = self._compiler
        related: list[Any] = query.get_related_populators(  # type: ignore[attr-defined]
            compiler.klass_info, compiler.select, "default"
        )
        return related

    @cached_property
    def _converters(self) -> Any:
        columns = [column for column, *_ in self._compiler.select]
        return self._compiler.get_converters(columns)


def _is_argument(parameter: object) -> bool:
    return isinstance(parameter, str) and parameter.startswith(_MARKER_START)


def _adapted(value: Argument) -> str | int | None:
    """Return an argument in the form the database expects."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
