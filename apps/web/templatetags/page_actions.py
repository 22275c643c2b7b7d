"""Links that other apps add to the page of an object."""

from typing import Any

from django import template
from django.template import Context

from .. import page_actions as registry

register = template.Library()


@register.inclusion_tag("_page_actions.html", takes_context=True)
def page_actions(
    context: Context, kind: str, cluster: str = "", name: str = ""
) -> dict[str, Any]:
    """Show the links on the page of a node, user …, by its kind and name."""
    links = registry.links(context["request"], kind, cluster=cluster, name=name)
    return {"links": links}
