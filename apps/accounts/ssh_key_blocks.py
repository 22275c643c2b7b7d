"""Keys that stand between a BEGIN and an END line, such as RFC 4716's and PEM's."""

import re
from binascii import a2b_base64
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.dsa import DSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from django.utils.translation import gettext as _

LINE_END = re.compile(r"\r\n|\r|\n")
_BOUND = re.compile(r"-{4,5} ?(BEGIN|END) ([A-Z0-9 ]{1,40}?) ?-{4,5}")

RFC_4716 = "SSH2 PUBLIC KEY"
PEM = ("PUBLIC KEY", "RSA PUBLIC KEY")
# A 16384-bit RSA key takes about 2,800 characters.
MAX_BLOCK_LENGTH = 8000
# What cryptography raises for bytes that it can't read; the last for compressed points.
UNREADABLE = (ValueError, UnsupportedAlgorithm, NotImplementedError)


class NotAKey(ValueError):
    """Why a line or block is not taken, in words for the person who pasted it."""


@dataclass(frozen=True, slots=True)
class Block:
    """The lines between a BEGIN and its END line."""

    label: str
    lines: tuple[str, ...]
    is_complete: bool = True


def split(text: str) -> Iterator[tuple[int, str | Block]]:
    """Yield lines and blocks, each with the number of its (first) line."""
    lines = [line.strip(" \t\ufeff") for line in LINE_END.split(text)]
    at = 0
    while at < len(lines):
        begin = _BOUND.fullmatch(lines[at])
        if not begin or begin[1] != "BEGIN":
            yield at + 1, lines[at]
            at += 1
            continue
        end = _end(lines, at + 1)
        is_complete = end < len(lines) and lines[end].find("END") > 0
        yield at + 1, Block(begin[2], tuple(lines[at + 1 : end]), is_complete)
        at = end + is_complete


def _end(lines: list[str], at: int) -> int:
    """Return the index of the next BEGIN or END line, or of the end."""
    while at < len(lines) and not _BOUND.fullmatch(lines[at]):
        at += 1
    return at


def to_line(block: Block) -> str:
    """Return a block as the line that OpenSSH would write; raises NotAKey."""
    if block.label != RFC_4716 and block.label not in PEM:
        raise NotAKey(_foreign(block.label))
    if not block.is_complete:
        raise NotAKey(_("The last line of this key, with END in it, is missing."))
    if sum(map(len, block.lines)) > MAX_BLOCK_LENGTH:
        raise NotAKey(_("Too long for a public key."))
    return _from_rfc_4716(block) if block.label == RFC_4716 else _from_pem(block)


def _foreign(label: str) -> str:
    if label.startswith("PGP"):
        return _(
            "This is a PGP key. If it has an SSH subkey, export that with: gpg "
            "--export-ssh-key"
        )
    if label.startswith("CERTIFICATE"):
        return _(
            "This is a certificate. Extract its public key with: openssl x509 "
            "-pubkey -noout -in FILE"
        )
    return _(
        "The format %(label)s isn't supported. If this is a public key, "
        "convert it with: ssh-keygen -i -m PKCS8 -f FILE"
    ) % {"label": label}


def _from_rfc_4716(block: Block) -> str:
    headers, body = _headers(block.lines)
    encoded = "".join(body)
    comment = headers.get("comment", "").strip('"')
    return f"{_kind(encoded)} {encoded} {comment}"


def _headers(lines: tuple[str, ...]) -> tuple[dict[str, str], list[str]]:
    """Split headers ("Name: value", going on after a backslash) from the key."""
    headers: dict[str, str] = {}
    rest = list(lines)
    while rest and ":" in rest[0]:
        value = rest.pop(0)
        while value.endswith("\\") and rest:
            value = value[:-1] + rest.pop(0)
        name, _colon, value = value.partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, rest


def _kind(encoded: str) -> str:
    """Return the kind that a key begins with, to be checked with the whole key."""
    try:
        start = a2b_base64(encoded[:64])
    except ValueError:
        return ""
    return start[4 : 4 + int.from_bytes(start[:4])].decode("ascii", "replace")


def _from_pem(block: Block) -> str:
    body = "\n".join(block.lines)
    pem = f"-----BEGIN {block.label}-----\n{body}\n-----END {block.label}-----\n"
    try:
        key = load_pem_public_key(pem.encode())
        if isinstance(key, DSAPublicKey):
            return "ssh-dss"
        return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    except UNREADABLE as exc:
        raise NotAKey(
            _("This public key is damaged, or of a type that SSH doesn't support.")
        ) from exc
