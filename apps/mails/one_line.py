"""Fold or quote text by users, so that it can't forge lines of an email or a log."""

import re

# Line breaks and other control characters; direction overrides; lone surrogates,
# which can't be encoded.
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def fold(text: str) -> str:
    """Return a text on one line, with single spaces between words."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def quote(text: str) -> str:
    """Return a text of several lines with "> " before each."""
    return "\n".join(f"> {fold(line)}".rstrip() for line in text.strip().splitlines())
