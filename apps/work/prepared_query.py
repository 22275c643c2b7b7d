"""Queries whose SQL is written once per process.

The ORM takes ten times as long to write a statement as a database to answer it: what
each page asks is prepared.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet, query

M = TypeVar("M", bound=Model)
Row = tuple[Any, ...]

# Stands in a queryset where an argument goes; no text of ours contains it.
ARGUMENT = "\ue000argument\ue001"


class PreparedQuery(Generic[M]):
    """A queryset that is compiled once, for models and what `select_related` names.

    Filter by ``ARGUMENT`` what is a text and differs from one time to the next. The
    models of so many arguments are kept and returned again while their rows are what
    they were; nobody may change those then.
    """

    def __init__(self, queryset: Callable[[], "QuerySet[M]"], *, keep: int = 0) -> None:
        self._queryset, self._keep = queryset, keep
        self._kept: dict[tuple[str, ...], tuple[list[Row], list[M]]] = {}

    def fetch(self, *arguments: str) -> list[M]:
        """Return the models, as iterating over the queryset would."""
        rows = self._rows(arguments)
        kept = self._kept.get(arguments)
        if kept and kept[0] == rows:
            return list(kept[1])
        converted = self._compiler.apply_converters(rows, self._converters)
        models = [self._model(row) for row in converted]
        if len(self._kept) >= self._keep:
            self._kept.clear()
        if self._keep:
            self._kept[arguments] = rows, models
        return models

    def _rows(self, arguments: Sequence[str]) -> list[Row]:
        values = iter(arguments)
        sql, parameters = self._statement
        filled = [next(values) if one == ARGUMENT else one for one in parameters]
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
    def _compiler(self) -> Any:
        compiler = self._queryset().query.get_compiler(connection=connection)
        compiler.as_sql()  # fills in what it selects
        return compiler

    @cached_property
    def _statement(self) -> tuple[str, Row]:
        statement: tuple[str, Row] = self._compiler.as_sql()
        return statement

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
