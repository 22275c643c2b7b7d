"""The text of a search: bounded, normalized, and recognized by its form."""

import re
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import Self

from . import text
from .lists import LONGEST

MIN_LENGTH = 2

_NUMBER = re.compile(r"#?([0-9]{1,15})")
_MAC = re.compile(
    r"([0-9a-f]{2}[:-]){5}[0-9a-f]{2}|([0-9a-f]{4}\.){2}[0-9a-f]{4}", re.IGNORECASE
)
_UUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_PART_OF_IPV4 = re.compile(r"([0-9]{1,3}\.){2,3}[0-9]{0,3}")
_PART_OF_IPV6 = re.compile(r"[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,8}", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9 ()/-]+")
# Fewer digits are in too many phone numbers.
_MIN_PHONE_DIGITS = 6
# As ssh-keygen prints it, perhaps with the rest of its line, or without the prefix.
_FINGERPRINT = re.compile(r"(?:.*\bSHA256:([A-Za-z0-9+/]{8,43})|([A-Za-z0-9+/]{43}))\b")


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search; providers decide by its form whether it can be about their objects.

    A text may have several forms: a number may be a job ID or a phone number.
    ``phone`` has only digits, without a leading "00", and ``fingerprint`` is the
    beginning of a SHA-256 one.
    """

    text: str = ""
    number: int | None = None
    phone: str = ""
    fingerprint: str = ""
    is_address: bool = False
    is_mac: bool = False
    is_uuid: bool = False

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Parse the text of a user; only its first characters count."""
        line = text.normalize(raw[:LONGEST], max_length=LONGEST)
        line = " ".join(text.one_line(line, max_length=LONGEST).split())
        number = _NUMBER.fullmatch(line)
        fingerprint = _FINGERPRINT.match(line)
        is_address = _is_address(line)
        return cls(
            text=line,
            number=int(number[1]) if number else None,
            phone="" if is_address else _phone_digits(line),
            fingerprint=(fingerprint[1] or fingerprint[2]) if fingerprint else "",
            is_address=is_address,
            is_mac=_MAC.fullmatch(line) is not None,
            is_uuid=_UUID.fullmatch(line) is not None,
        )

    @property
    def is_searchable(self) -> bool:
        return len(self.text) >= MIN_LENGTH or self.number is not None

    @property
    def words(self) -> list[str]:
        """The words to find in names, in lower case; none if it can't be a name."""
        identifies = self.is_address or self.is_mac or self.is_uuid or self.fingerprint
        if identifies or len(self.text) < MIN_LENGTH:
            return []
        return self.text.lower().split()


def _is_address(line: str) -> bool:
    """Return whether it is an IP address, a network, or the beginning of one."""
    if _PART_OF_IPV4.fullmatch(line) or _PART_OF_IPV6.fullmatch(line):
        return True
    address = line.strip("[]")
    if "." not in address and ":" not in address:
        return False
    try:
        return bool(ip_interface(address))
    except ValueError:
        return False


def _phone_digits(line: str) -> str:
    if not _PHONE.fullmatch(line):
        return ""
    digits = re.sub(r"[^0-9]", "", line).removeprefix("00")
    return digits if len(digits) >= _MIN_PHONE_DIGITS else ""
