"""Results of the search in the top bar."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from . import search
from .requests import UserRequest, wants_fragment
from .search_query import SearchQuery

# Results of each group: while the user types, and on the page.
SUGGESTIONS, RESULTS = 5, 50


@require_safe
def search_results(request: UserRequest) -> HttpResponse:
    """Show the page of results; scripts get the suggestions for what is typed."""
    query = SearchQuery.parse(request.GET.get("q", ""))
    fragment = wants_fragment(request)
    limit = SUGGESTIONS if fragment else RESULTS
    template = "web/_search_suggestions.html" if fragment else "web/search.html"
    groups = search.search(request, query, limit=limit)
    context = {
        "query": query,
        "search_text": query.text,
        "groups": groups,
        "count": sum(len(group.results) for group in groups),
    }
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
