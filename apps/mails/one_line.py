"""Text that people typed, kept from passing for ours in a mail or a log."""

import re

# Line breaks and other control characters; changes of direction; half characters,
# which nothing can encode.
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def fold(text: str) -> str:
    """Return a text in one line, words one space apart."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def quote(text: str) -> str:
    """Return a text of several lines as mails quote it, each behind a ">"."""
    return "\n".join(f"> {fold(line)}".rstrip() for line in text.strip().splitlines())
