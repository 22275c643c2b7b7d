"""The certificate that a cluster presents, read without verification."""

import hashlib
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cryptography import x509

from .errors import RapiUnreachable, gettext_noop


@dataclass(frozen=True, slots=True)
class Certificate:
    """The parts of a certificate that an administrator compares before pinning it."""

    fingerprint: str  # SHA-256, lower-case hexadecimal, no colons
    subject: str
    not_before: datetime
    not_after: datetime

    @classmethod
    def from_der(cls, der: bytes) -> Self:
        """Read a certificate in DER form."""
        certificate = x509.load_der_x509_certificate(der)
        return cls(
            fingerprint=hashlib.sha256(der).hexdigest(),
            subject=certificate.subject.rfc4514_string(),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
        )

    @property
    def formatted_fingerprint(self) -> str:
        """The fingerprint as openssl prints it: upper case, with colons."""
        digits = self.fingerprint.upper()
        return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def fetch(host: str, port: int, *, timeout_s: float) -> Certificate:
    """Return the certificate that host and port present; raises RapiUnreachable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=timeout_s) as plain,
            context.wrap_socket(plain, server_hostname=host) as tls,
        ):
            der = tls.getpeercert(binary_form=True)
    except (OSError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or exc
        message = gettext_noop("No certificate could be read from it") + f": {reason}."
        raise RapiUnreachable(message, sent=False) from exc
    if not der:
        raise RapiUnreachable(gettext_noop("It shows no certificate."), sent=False)
    return Certificate.from_der(der)
