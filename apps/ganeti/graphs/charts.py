"""Charts of an instance: values of Prometheus, as static/…/charts.js draws them."""

import math
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from .fetching import Missing, Unavailable, load
from .periods import Period

MAX_BYTES = 2 * 1024 * 1024
# A query may return one series for each disk or interface.
MAX_SERIES = 16
MAX_LABEL_LENGTH = 60

# The labels of the default queries, to be translated.
LABELS = (
    gettext_noop("CPU"),
    gettext_noop("Used"),
    gettext_noop("Total"),
    gettext_noop("Reads"),
    gettext_noop("Writes"),
    gettext_noop("Received"),
    gettext_noop("Transmitted"),
)

Series = dict[str, Any]


class NoChart(Exception):
    """There is no chart; the text is a message for users."""


class Result(msgspec.Struct):
    """One series of a range query."""

    metric: dict[str, str]
    values: list[tuple[float, str]]


class Data(msgspec.Struct):
    """The result of a range query, which always is a matrix."""

    result: list[Result]


class Answer(msgspec.Struct):
    """A response of Prometheus to a range query."""

    data: Data


_decoder = msgspec.json.Decoder(Answer)


def chart(kind: str, instance: str, interface: str, period: Period) -> dict[str, Any]:
    """Return the chart of a kind in GRAPHS for an instance; raises NoChart."""
    graph = settings.GRAPHS[kind]
    series: list[Series] = []
    for label, query in graph["queries"].items():
        text = fill_in(query, instance, interface, period)
        series += _labelled(gettext(label), _query(text, period))
    return {
        "kind": "line",
        "unit": graph.get("unit", ""),
        "times": period.times,
        "series": series[:MAX_SERIES],
    }


def has_interfaces(kind: str) -> bool:
    """Return whether there is a chart of this kind for each network interface."""
    queries = settings.GRAPHS[kind]["queries"].values()
    return any("{interface}" in query for query in queries)


def fill_in(query: str, instance: str, interface: str, period: Period) -> str:
    """Replace the placeholders of a query; PromQL has braces of its own."""
    values = {
        "{instance}": _escaped(instance),
        "{interface}": _escaped(interface),
        "{window}": period.rate_window,
    }
    for placeholder, value in values.items():
        query = query.replace(placeholder, value)
    return query


def _escaped(text: str) -> str:
    """Escape a text for a string of PromQL, in either kind of quotes."""
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"').replace("'", "\\'")


def _query(query: str, period: Period) -> list[Series]:
    """Return the series that match a query; raises NoChart."""
    parameters = {
        "query": query,
        "start": period.start,
        "end": period.end,
        "step": period.step,
    }
    path = f"api/v1/query_range?{urlencode(parameters)}"
    parse = partial(_parse, period)
    try:
        series: list[Series] | None = load("PROMETHEUS_URL", path, MAX_BYTES, parse)
    except Unavailable as exc:
        raise NoChart(gettext("The monitoring server isn't responding.")) from exc
    if series is None:
        raise NoChart(gettext("The monitoring server can't answer this query."))
    return series


def _parse(period: Period, body: bytes) -> list[Series]:
    """Return the series of a response, with None in gaps; raises Missing."""
    try:
        results = _decoder.decode(body).data.result[:MAX_SERIES]
        return [_series(period, result) for result in results]
    except (ValueError, OverflowError, RecursionError) as exc:
        raise Missing(f"It isn't a result of Prometheus: {exc}") from exc


def _series(period: Period, result: Result) -> Series:
    values: dict[int, float | None] = dict.fromkeys(period.times)
    for at, text in result.values:
        if round(at) in values:
            values[round(at)] = _number(text)
    return {"metric": result.metric, "values": list(values.values())}


def _number(text: str) -> float | None:
    """Return a value with six digits, or None if it is NaN or infinite."""
    value = float(text)
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _labelled(label: str, results: list[Series]) -> Iterator[Series]:
    """Yield the series of one query; several are told apart by their labels."""
    metrics = [set(result["metric"].items()) for result in results]
    for result, metric in zip(results, metrics, strict=True):
        own = metric.difference(set.intersection(*metrics))
        text = " ".join([label, *(value for _name, value in sorted(own))])
        yield {"label": text[:MAX_LABEL_LENGTH], "values": result["values"]}
