"""What pages call the actions in the audit log, told by whoever records them."""

from collections.abc import Mapping

from django.utils.functional import Promise

Words = str | Promise

_words: dict[str, Words] = {}


def name(words: Mapping[str, Words]) -> None:
    """Say what to call actions, by the word in `AuditEntry.action`."""
    _words.update(words)


def known() -> Mapping[str, Words]:
    return _words


def call(action: str) -> Words:
    """Return what to call an action; itself if nobody said."""
    return _words.get(action, action)
