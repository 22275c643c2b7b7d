"""Labels of actions, registered by the apps that record them."""

from collections.abc import Mapping

from apps.web.lists import Choices
from apps.web.stored_text import Text

_labels = Choices()


def register(labels: Mapping[str, Text]) -> None:
    """Add labels by `AuditEntry.action`; raises ValueError for a second label."""
    if duplicates := _labels.keys() & labels.keys():
        raise ValueError(f"These actions have labels already: {sorted(duplicates)}")
    _labels.update(labels)


def registered() -> Choices:
    return _labels


def label_for(action: str) -> Text:
    """Return the label of an action, or the action itself if it has none."""
    return _labels.get(action, action)
