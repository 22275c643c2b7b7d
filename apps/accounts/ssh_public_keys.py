"""Parsing and validation of pasted public SSH keys, and detection of private ones.

Pure functions on text, without database or requests.
"""

import base64
import hashlib
import re
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePublicKey as CurveKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_ssh_public_key,
)
from django.utils.translation import gettext as _

from . import ssh_key_blocks
from .ssh_key_blocks import UNREADABLE, Block, NotAKey

MAX_TEXT_LENGTH = 100_000
MAX_KEYS, MAX_PROBLEMS = 100, 5
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 16384
MAX_COMMENT_LENGTH = 255

ED25519, RSA, DSA = "ssh-ed25519", "ssh-rsa", "ssh-dss"
CURVES = tuple(f"ecdsa-sha2-nistp{bits}" for bits in (256, 384, 521))
SK_ED25519 = "sk-ssh-ed25519@openssh.com"
SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"
SUPPORTED = (ED25519, *CURVES, RSA, SK_ED25519, SK_ECDSA)
NAMES = {
    ED25519: "Ed25519",
    RSA: "RSA",
    **dict.fromkeys(CURVES, "ECDSA"),
    SK_ED25519: "Ed25519-SK",
    SK_ECDSA: "ECDSA-SK",
}
# Key types in OpenSSH's files, supported here or not.
_KIND = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9-]+(?:@openssh\.com)?\Z")
# Files of private keys by their first and last lines, and by what is between them
# where those were left out: no public key is base64 alone and begins otherwise.
_SECRET = re.compile(
    r"(?:BEGIN|END)\s[A-Z0-9\s]{0,40}PRIVATE\sKEY|PuTTY-User-Key-File"
    r"|Private-(?:Lines|MAC|Hash):|b3BlbnNzaC1rZXktdjE|AGE-SECRET-KEY"
)
_BARE_BASE64 = re.compile(r"(?!AAAA)[A-Za-z0-9+/]{40,}={0,2}\Z")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key in the one form in which OpenSSH would write it."""

    kind: str
    blob: bytes = field(repr=False)
    comment: str = ""

    @property
    def text(self) -> str:
        """The kind and the key, without the comment."""
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """The SHA-256 one as OpenSSH shows it, without "SHA256:"."""
        digest = hashlib.sha256(self.blob).digest()
        return base64.b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key and the line on which it stands, the first being 1."""

    number: int
    key: PublicKey


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line."""

    number: int
    reason: str


@dataclass(slots=True)
class ParsedKeys:
    """The keys of a text, each once, and its problems.

    Reading stops after MAX_PROBLEMS or MAX_KEYS; ``is_whole`` is false then.
    """

    lines: list[KeyLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # (number, the earlier line with the same key)
    repeated: list[tuple[int, int]] = field(default_factory=list)
    is_whole: bool = True

    @property
    def is_full(self) -> bool:
        return (
            len(self.problems) >= MAX_PROBLEMS
            or len(self.lines) + len(self.repeated) > MAX_KEYS
        )


def marks_private_key(text: str) -> bool:
    """Tell whether a text has the marks of a private key."""
    return bool(_SECRET.search(text))


def holds_secrets(text: str) -> bool:
    """Tell whether a private key, or a part of one, is in a text.

    A public key that was broken into several lines is none.
    """
    if marks_private_key(text):
        return True
    continues = False
    for _number, line in ssh_key_blocks.split(text):
        if isinstance(line, Block):
            continues = False
            continue
        is_bare = bool(_BARE_BASE64.match(line))
        if is_bare and not continues:
            return True
        continues = is_bare or (
            line.split(" ")[0] in SUPPORTED and line.count(" ") == 1
        )
    return False


def read(text: str) -> ParsedKeys:
    """Read keys, one on a line or between BEGIN and END lines.

    Empty lines and comments count as lines only.
    """
    parsed = ParsedKeys()
    numbers: dict[bytes, int] = {}
    for number, entry in ssh_key_blocks.split(text):
        if not entry or (isinstance(entry, str) and entry.startswith("#")):
            continue
        if parsed.is_full:
            parsed.is_whole = False
            break
        _read_entry(parsed, numbers, number, entry)
    return parsed


def _read_entry(
    parsed: ParsedKeys, numbers: dict[bytes, int], number: int, entry: str | Block
) -> None:
    try:
        key = parse(
            ssh_key_blocks.to_line(entry) if isinstance(entry, Block) else entry
        )
    except NotAKey as exc:
        parsed.problems.append(Problem(number, str(exc)))
        return
    if key.blob in numbers:
        parsed.repeated.append((number, numbers[key.blob]))
        return
    numbers[key.blob] = number
    parsed.lines.append(KeyLine(number, key))


def parse(line: str) -> PublicKey:
    """Read one key as OpenSSH writes it; raises NotAKey with the reason."""
    kind, encoded, comment, *_padding = [*line.split(None, 2), "", "", ""]
    if kind not in SUPPORTED:
        raise NotAKey(_refusal_reason(kind, line))
    blob = _decoded(encoded)
    try:
        canonical = _READERS[kind](kind, blob)
    except NotAKey:
        raise
    except UNREADABLE as exc:
        raise NotAKey(_damaged()) from exc
    return PublicKey(kind, canonical, _clean_comment(comment))


def md5_of(key: str) -> str:
    """Return the older fingerprint of a key's text, as in ``c1:6a:…``."""
    digest = hashlib.md5(_blob_of(key), usedforsecurity=False).hexdigest()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def describe(key: str) -> str:
    """Return the label of a key's type, with the size of RSA keys."""
    kind, _space, _encoded = key.partition(" ")
    if kind == RSA:
        return f"RSA {_rsa_bits(_blob_of(key))}"
    if kind in CURVES:
        return f"ECDSA {kind.rpartition('nistp')[2]}"
    return NAMES.get(kind, kind)


def _blob_of(key: str) -> bytes:
    return base64.b64decode(key.split(" ")[1])


def _damaged() -> str:
    return _("The key is damaged: part of it may have been lost when you copied it.")


def _refusal_reason(kind: str, line: str) -> str:
    if kind == DSA:
        return _(
            "DSA keys are too weak, and OpenSSH no longer supports them. Generate "
            "a new key with: ssh-keygen -t ed25519"
        )
    if "-cert-v01@" in kind:
        return _("This is a certificate. Enter the public key that it was issued for.")
    if _KIND.match(kind):
        return _("Keys of type %(kind)s aren't supported.") % {"kind": kind[:64]}
    if any(_KIND.match(word) for word in line.split()):
        return _(
            "Options before the key aren't supported: start the line with the key type."
        )
    return _(
        "This isn't a public SSH key. A key starts with its type, such as "
        "ssh-ed25519, on a single line, or is between BEGIN and END lines."
    )


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded.encode("ascii"), validate=True)
    except (NotBase64, UnicodeEncodeError) as exc:
        raise NotAKey(_damaged()) from exc


def _clean_comment(comment: str) -> str:
    """Return a comment that stays on its line wherever it is shown."""
    printable = "".join(c if c.isprintable() else " " for c in comment)
    return printable.strip()[:MAX_COMMENT_LENGTH]


# -- readers of one type of key each: return the bytes that OpenSSH would write


def _ordinary(kind: str, blob: bytes) -> bytes:
    text = f"{kind} {base64.b64encode(blob).decode()}"
    loaded = load_ssh_public_key(text.encode())
    written = loaded.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return _blob_of(written.decode())


def _rsa(kind: str, blob: bytes) -> bytes:
    bits = _rsa_bits(blob)
    if bits < MIN_RSA_BITS:
        raise NotAKey(
            _(
                "This RSA key has %(bits)d bits; fewer than %(least)d is too weak. "
                "Generate a new key with: ssh-keygen -t ed25519"
            )
            % {"bits": bits, "least": MIN_RSA_BITS}
        )
    if bits > MAX_RSA_BITS:
        raise NotAKey(
            _("This RSA key has %(bits)d bits; OpenSSH supports at most %(most)d.")
            % {"bits": bits, "most": MAX_RSA_BITS}
        )
    return _ordinary(kind, blob)


def _sk_ed25519(kind: str, blob: bytes) -> bytes:
    point, application = _parts(blob, kind, count=2)
    Ed25519PublicKey.from_public_bytes(point)
    return _of_a_token(blob, application)


def _sk_ecdsa(kind: str, blob: bytes) -> bytes:
    curve, point, application = _parts(blob, kind, count=3)
    if curve != b"nistp256" or not point.startswith(b"\x04"):
        raise NotAKey(_damaged())
    CurveKey.from_encoded_point(SECP256R1(), point)
    return _of_a_token(blob, application)


_READERS: dict[str, Callable[[str, bytes], bytes]] = {
    ED25519: _ordinary,
    **dict.fromkeys(CURVES, _ordinary),
    RSA: _rsa,
    SK_ED25519: _sk_ed25519,
    SK_ECDSA: _sk_ecdsa,
}


def _of_a_token(blob: bytes, application: bytes) -> bytes:
    """Return a security key's bytes if it was made for SSH."""
    if not application.startswith(b"ssh:"):
        raise NotAKey(_("This security key wasn't created for SSH."))
    return blob


def _rsa_bits(blob: bytes) -> int:
    _exponent, modulus = _parts(blob, RSA, count=2)
    return int.from_bytes(modulus).bit_length()


def _parts(blob: bytes, kind: str, *, count: int) -> list[bytes]:
    """Return the fields after the kind: each a length of four bytes, then so many."""
    parts = list(_fields(blob))
    if len(parts) != count + 1 or parts[0] != kind.encode():
        raise NotAKey(_damaged())
    return parts[1:]


def _fields(blob: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(blob):
        start = at + 4
        at = start + int.from_bytes(blob[at:start])
        if start > len(blob) or at > len(blob):
            raise NotAKey(_damaged())
        yield blob[start:at]
