"""The search in the top bar, built from the providers that apps register."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .requests import UserRequest
from .search_query import SearchQuery
from .stored_text import Text


@dataclass(frozen=True, slots=True)
class Result:
    """An object that was found; ``detail`` tells it from others of the same name."""

    label: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Provider:
    """Finds objects of one kind that the user of a request may open.

    The smaller its position, the higher its group. ``find`` returns at most the given
    number of results, best first, and nothing, at no cost, for a query whose form
    doesn't fit. ``list_url`` returns the URL of a list of everything that matches.
    """

    position: int
    icon: str
    label: Text
    find: Callable[[UserRequest, SearchQuery, int], Sequence[Result]]
    list_url: Callable[[SearchQuery], str] | None = None


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """The first results of a provider, and whether there are more."""

    icon: str
    label: Text
    results: Sequence[Result]
    has_more: bool
    list_url: str


_providers: list[Provider] = []


def register(*providers: Provider) -> None:
    """Add providers; called once by each app, when it is ready."""
    _providers.extend(providers)
    _providers.sort(key=lambda provider: provider.position)


def search(
    request: UserRequest, query: SearchQuery, *, limit: int
) -> list[ResultGroup]:
    """Return the groups that have results, each with at most ``limit``.

    Those whose first result is called just what was searched for come first.
    """
    if not query.is_searchable:
        return []
    groups = (_group(provider, request, query, limit) for provider in _providers)
    matching = [group for group in groups if group.results]
    return sorted(matching, key=lambda group: not _is_exact(group.results[0], query))


def _is_exact(result: Result, query: SearchQuery) -> bool:
    """Return whether a result is called like the query, apart from its domain."""
    label, text = result.label.lower(), query.text.lower()
    return label == text or label.startswith(f"{text}.")


def _group(
    provider: Provider, request: UserRequest, query: SearchQuery, limit: int
) -> ResultGroup:
    results = provider.find(request, query, limit + 1)
    return ResultGroup(
        icon=provider.icon,
        label=provider.label,
        results=results[:limit],
        has_more=len(results) > limit,
        list_url=provider.list_url(query) if provider.list_url else "",
    )
