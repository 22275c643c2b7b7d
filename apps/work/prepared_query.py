"""Queries whose SQL is written once per process.

The ORM takes ten times as long to write a statement as a database to answer it: what
each page asks is prepared.
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
_BEFORE, _AFTER = "\ue000argument:", "\ue001"


def argument(name: str) -> str:
    """Return what stands in a queryset for an argument; no text of ours contains it.

    A text is filtered by it as it is, a number or a time by ``Value(argument(…))``.
    """
    return f"{_BEFORE}{name}{_AFTER}"


class PreparedQuery(Generic[M]):
    """A queryset that is compiled once, for models and what `select_related` names.

    Filter by an `argument` what differs from one time to the next, and name it when
    fetching. The models of so many arguments are kept and returned again while their
    rows are what they were; nobody may change those then.
    """

    def __init__(self, queryset: Callable[[], "QuerySet[M]"], *, keep: int = 0) -> None:
        self._queryset, self._keep = queryset, keep
        self._kept: dict[tuple[Argument, ...], tuple[list[Row], list[M]]] = {}

    def fetch(self, **arguments: Argument) -> list[M]:
        """Return the models, as iterating over the queryset would."""
        rows = self._rows(arguments)
        if not rows:
            return []
        key = tuple(arguments.values())
        kept = self._kept.get(key)
        if kept and kept[0] == rows:
            return list(kept[1])
        converted = self._compiler.apply_converters(rows, self._converters)
        models = [self._model(row) for row in converted]
        if len(self._kept) >= self._keep:
            self._kept.clear()
        if self._keep:
            self._kept[key] = rows, models
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
        """Return a compiler with its SQL and parameters; no SQL if nothing can match.

        All at once: concurrent threads must not share a compiler while it compiles.
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
        """Return what stands for arguments among the parameters of the statement."""
        return frozenset(filter(_is_argument, self._compiled[2]))

    @cached_property
    def _model_class(self) -> type[M]:
        model: type[M] = self._compiler.klass_info["model"]
        return model

    @cached_property
    def _names(self) -> list[str]:
        """Return the fields of the model itself, which come first."""
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
    return isinstance(parameter, str) and parameter.startswith(_BEFORE)


def _adapted(value: Argument) -> str | int | None:
    """Return an argument as the database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
