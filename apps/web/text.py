"""Check the length of untrusted text before any other work.

Python's own work on text may be worse than linear: Unicode normalization sorts
combining marks in quadratic time, in C, holding the interpreter's lock. So text is
measured before it is stripped, normalized, searched or parsed.
"""

import re
import unicodedata

# What no single line of text needs: control characters, line and paragraph
# separators, overrides of the writing direction, halves of surrogate pairs.
CONTROL_CHARACTERS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# The same, but for the tab and the line breaks that text areas send.
CONTROL_CHARACTERS_IN_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class TooLongError(ValueError):
    """A text is longer than what it is for."""


def normalize(text: str, *, max_length: int) -> str:
    """Return the NFKC form; raises TooLongError before any work is done."""
    if len(text) > max_length:
        raise TooLongError
    return unicodedata.normalize("NFKC", text)


def fold(text: str, *, max_length: int) -> str:
    """Return what spellings of a name have in common; what is too long is cut.

    Case, accents, compatibility forms and spaces do not count, as in the collations
    of databases and directories.
    """
    decomposed = unicodedata.normalize("NFKD", text[:max_length])
    letters = (
        character for character in decomposed if not unicodedata.combining(character)
    )
    return " ".join("".join(letters).casefold().split())


def one_line(text: str, *, max_length: int) -> str:
    """Return text for a log or a header: cut, without control characters."""
    return CONTROL_CHARACTERS.sub(" ", text[:max_length])
