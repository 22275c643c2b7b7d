"""Links on the pages of nodes, users …, which apps of higher layers register."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.http import HttpRequest

from .stored_text import Text


@dataclass(frozen=True, slots=True)
class PageAction:
    """A link on the pages of some kinds of objects, for those who may use it.

    ``address`` gets the kind, the cluster (empty for what is on none) and the name.
    """

    kinds: Collection[str]
    icon: str
    label: Text
    address: Callable[[str, str, str], str]
    visible: Callable[[HttpRequest], bool]


@dataclass(frozen=True, slots=True)
class PageActionLink:
    """A link as a page shows it."""

    icon: str
    label: Text
    address: str


_actions: list[PageAction] = []


def register(*actions: PageAction) -> None:
    """Add actions; called once by each app, when it is ready."""
    _actions.extend(actions)


def links(
    request: HttpRequest, kind: str, *, cluster: str = "", name: str = ""
) -> list[PageActionLink]:
    """Return the links on the page of an object that the user may use."""
    return [
        PageActionLink(action.icon, action.label, action.address(kind, cluster, name))
        for action in _actions
        if kind in action.kinds and action.visible(request)
    ]
