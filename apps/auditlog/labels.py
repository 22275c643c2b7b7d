"""What pages call the actions in the audit log, told by whoever records them."""

from collections.abc import Mapping

from apps.web.stored_text import Text

_words: dict[str, Text] = {}


def name(words: Mapping[str, Text]) -> None:
    """Say what to call actions, by the word in `AuditEntry.action`."""
    _words.update(words)


def known() -> Mapping[str, Text]:
    return _words


def call(action: str) -> Text:
    """Return what to call an action; itself if nobody said."""
    return _words.get(action, action)
