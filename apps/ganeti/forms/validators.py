"""Validation and normalization of host names, fingerprints and prefixes."""

import re
import ssl
from ipaddress import AddressValueError, IPv6Network, NetmaskValueError, ip_address

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

MAX_PREFIX_BITS = 64
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# Words in the same place of other URLs.
RESERVED_SLUGS = frozenset({"all", "isolate", "list", "lock", "tags"})


def normalize_hostname(text: str) -> str:
    """Return a host name in lower case, or an IP address."""
    name = text.strip().strip("[]").rstrip(".").lower()
    if _is_address(name) or all(LABEL.fullmatch(part) for part in name.split(".")):
        return name
    raise ValidationError(
        _("Enter only the name or address, without “https://”, port or path.")
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def derive_slug(host: str) -> str:
    """Return a short name for a cluster: the first label of its host name."""
    dashed = re.sub(r"[.:]+", "-", host)
    return slugify(dashed if _is_address(host) else host.partition(".")[0])[:50]


def check_slug(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(
            _("“%(slug)s” is reserved for other pages. Choose another name."),
            params={"slug": slug},
        )


def normalize_fingerprint(text: str) -> str:
    """Return a SHA-256 fingerprint as openssl prints it: upper case, with colons."""
    digits = re.sub(r"^.*=|[\s:]", "", text.strip()).upper()
    if not digits:
        return ""
    if not re.fullmatch(r"[0-9A-F]{64}", digits):
        raise ValidationError(
            _("A SHA-256 fingerprint is 64 hexadecimal digits, with or without colons.")
        )
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def check_ca_file(path: str) -> None:
    """Refuse a file that this process cannot load as CA certificates."""
    if not path:
        raise ValidationError(_("Enter the path of the file."))
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError as exc:
        raise ValidationError(_("This file contains no certificate.")) from exc
    except OSError as exc:
        raise ValidationError(
            _("This server can't read the file: %(why)s."),
            params={"why": exc.strerror},
        ) from exc


def normalize_ipv6_prefix(text: str) -> str:
    """Return a prefix of at most 64 bits in compressed notation."""
    text = text.strip()
    if not text:
        return ""
    if "/" not in text:
        raise ValidationError(_("Include the prefix length, as in 2001:db8::/64."))
    network = _ipv6_network(text)
    if network.prefixlen > MAX_PREFIX_BITS:
        raise ValidationError(
            _("A prefix of %(bits)d bits is too long. Use /%(most)d or shorter.")
            % {"bits": network.prefixlen, "most": MAX_PREFIX_BITS}
        )
    if _has_host_bits(text):
        raise ValidationError(
            _("This is an address in %(prefix)s. Is that the prefix?")
            % {"prefix": network}
        )
    return str(network)


def _ipv6_network(text: str) -> IPv6Network:
    try:
        return IPv6Network(text, strict=False)
    except (AddressValueError, NetmaskValueError) as exc:
        raise ValidationError(_("Enter an IPv6 prefix such as 2001:db8::/64.")) from exc


def _has_host_bits(text: str) -> bool:
    try:
        IPv6Network(text)
    except ValueError:
        return True
    return False
