"""What pages call actions in the audit log: apps register those that they record."""

from collections.abc import Mapping

from apps.web.lists import Choices
from apps.web.stored_text import Text

_labels = Choices()


def register(labels: Mapping[str, Text]) -> None:
    """Add labels of actions, by the word in `AuditEntry.action`; each has one."""
    if taken := _labels.keys() & labels.keys():
        raise ValueError(f"These actions have labels already: {sorted(taken)}")
    _labels.update(labels)


def registered() -> Choices:
    return _labels


def label_for(action: str) -> Text:
    """Return what to call an action; the word itself if it has no label."""
    return _labels.get(action, action)
