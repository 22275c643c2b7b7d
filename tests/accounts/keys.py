"""Public keys of every kind, for tests."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

Private = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def ssh(kind: str, *fields: bytes) -> str:
    """Return a key of these fields, valid or not."""
    blob = b"".join(
        len(field).to_bytes(4) + field for field in (kind.encode(), *fields)
    )
    return f"{kind} {base64.b64encode(blob).decode()}"


def openssh_text(key: Private) -> str:
    public = key.public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def token_ed25519(
    point: bytes = b"\x11" * 32, application: bytes = b"ssh:", extra: bytes = b""
) -> str:
    """Return a key of a hardware token."""
    fields = [point, application, *([extra] if extra else [])]
    return ssh("sk-ssh-ed25519@openssh.com", *fields)


POINT = (
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)


def token_ecdsa(point: bytes = POINT, curve: bytes = b"nistp256") -> str:
    return ssh("sk-ecdsa-sha2-nistp256@openssh.com", curve, point, b"ssh:work")


ED25519 = openssh_text(ed25519.Ed25519PrivateKey.generate())
OTHER_ED25519 = openssh_text(ed25519.Ed25519PrivateKey.generate())
RSA_2048 = openssh_text(rsa.generate_private_key(65537, 2048))
RSA_1024 = ssh("ssh-rsa", b"\x01\x00\x01", b"\x00" + b"\xff" * 128)
DSA = ssh("ssh-dss", b"\x05", b"\x05", b"\x05", b"\x05")
SK_ED25519 = token_ed25519()
SK_ECDSA = token_ecdsa()


PRIVATE = ed25519.Ed25519PrivateKey.generate()


PRIVATE_FILES = [
    PRIVATE.private_bytes(Encoding.PEM, form, cipher).decode()
    for form, cipher in (
        (PrivateFormat.OpenSSH, NoEncryption()),
        (PrivateFormat.PKCS8, NoEncryption()),
        (PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
    )
] + [
    rsa.generate_private_key(65537, 2048)
    .private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    .decode(),
    "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
    "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA",
]
