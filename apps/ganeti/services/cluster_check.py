"""Check the connection to a cluster: its certificate, RAPI user and version.

Nothing here touches the database, so several clusters can be checked in parallel.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.web import stored_text

from ..domain.cluster import ClusterInfo
from ..rapi import certificate
from ..rapi.certificate import Certificate
from ..rapi.client import verify_write_access
from ..rapi.errors import (
    RapiError,
    RapiPermissionDenied,
    RapiProtocolError,
    RapiUnreachable,
    RapiUntrusted,
)
from ..rapi.transport import Endpoint, Verification
from ..rapi.versions import OLDEST, parse
from ..state.connections import client_at

CHECKED_AT_ONCE = 16


class CannotConnect(Exception):
    """The site can't use a cluster; the message says why and what to do.

    ``field`` is the attribute of the cluster that is most likely wrong.
    """

    def __init__(self, message: str, *, field: str = "hostname") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """Result of a successful check."""

    name: str
    version: str
    nodes: int
    instances: int
    can_write: bool

    def __str__(self) -> str:
        nodes = ngettext("%(count)d node", "%(count)d nodes", self.nodes)
        instances = ngettext(
            "%(count)d instance", "%(count)d instances", self.instances
        )
        return _("%(name)s: Ganeti %(version)s, %(nodes)s, %(instances)s; %(may)s") % {
            "name": self.name,
            "version": self.version,
            "nodes": nodes % {"count": self.nodes},
            "instances": instances % {"count": self.instances},
            "may": self.rights,
        }

    @property
    def rights(self) -> str:
        if self.can_write:
            return _("its RAPI user has read and write access.")
        return _("its RAPI user has read-only access, so every action will fail.")


def fetch_certificate(host: str, port: int) -> Certificate:
    """Return the certificate of a server; sends no credentials."""
    try:
        return certificate.fetch(host, port, timeout_s=settings.RAPI_CONNECT_TIMEOUT)
    except RapiUnreachable as exc:
        raise CannotConnect(_explain_unreachable(exc)) from exc


def check(endpoint: Endpoint) -> ClusterReport:
    """Query a cluster as the site does; raises CannotConnect."""
    _check_ca_file(endpoint)
    client = client_at(endpoint)
    try:
        info = ClusterInfo.from_rapi(client.info())
        _check_version(info.version)
        can_write = verify_write_access(client)
        return ClusterReport(
            name=info.name,
            version=info.version,
            nodes=len(client.query("node", ["name"])),
            instances=len(client.instances()),
            can_write=can_write,
        )
    except RapiError as exc:
        raise _explain_error(exc, endpoint) from exc


def check_all(endpoints: Iterable[Endpoint]) -> list[ClusterReport | CannotConnect]:
    """Check clusters in parallel; return reports or errors in the order given."""
    language = translation.get_language() or settings.LANGUAGE_CODE

    def check_in_language(endpoint: Endpoint) -> ClusterReport | CannotConnect:
        with translation.override(language):  # threads start without a language
            try:
                return check(endpoint)
            except CannotConnect as exc:
                return exc

    with ThreadPoolExecutor(max_workers=CHECKED_AT_ONCE) as pool:
        return list(pool.map(check_in_language, endpoints))


def _check_ca_file(endpoint: Endpoint) -> None:
    uses_ca_file = endpoint.verification is Verification.CA_FILE
    if uses_ca_file and not Path(endpoint.ca_file).is_file():
        message = _("The CA file %(path)s doesn't exist on this server.")
        message %= {"path": endpoint.ca_file}
        raise CannotConnect(message, field="ca_file")


def _check_version(version: str) -> None:
    """Refuse unsupported versions before a query fails on them."""
    if parse(version) >= OLDEST:
        return
    raise CannotConnect(
        _(
            "The cluster runs Ganeti %(version)s. ganetimgr requires %(since)s or "
            "newer: upgrade the cluster first."
        )
        % {
            "version": version or _("of an unknown version"),
            "since": ".".join(map(str, OLDEST)),
        }
    )


def _explain_error(exc: RapiError, endpoint: Endpoint) -> CannotConnect:
    match exc:
        case RapiUntrusted():
            return _explain_untrusted(endpoint)
        case RapiUnreachable():
            return CannotConnect(_explain_unreachable(exc))
        case RapiPermissionDenied():
            return _explain_denied(exc, endpoint)
        case RapiProtocolError():
            message = _("The server responded, but it isn't Ganeti's RAPI: %(why)s")
        case _:
            message = _("Ganeti refused the request: %(why)s")
    return CannotConnect(message % {"why": stored_text.translate(str(exc))})


def _explain_denied(exc: RapiPermissionDenied, endpoint: Endpoint) -> CannotConnect:
    """Explain what is wrong with the RAPI user; Ganeti answers 403 to known ones."""
    if exc.code == 403:
        return CannotConnect(_("This user has no read access."), field="username")
    if not endpoint.username:
        message = _(
            "Queries require a user name and password, even where reading doesn't."
        )
        return CannotConnect(message, field="username")
    message = _("Unknown user or wrong password.")
    return CannotConnect(message, field="password")


def _explain_unreachable(exc: RapiUnreachable) -> str:
    return _(
        "No response: %(why)s Check that ganeti-rapi is running on the master "
        "and that this server can reach the port."
    ) % {"why": stored_text.translate(str(exc))}


def _explain_untrusted(endpoint: Endpoint) -> CannotConnect:
    """Explain why the certificate isn't trusted, by how it is verified."""
    match endpoint.verification:
        case Verification.FINGERPRINT if not endpoint.fingerprint:
            message = _("Its certificate hasn't been confirmed yet.")
            return CannotConnect(message, field="fingerprint")
        case Verification.FINGERPRINT:
            return CannotConnect(_explain_changed(endpoint), field="fingerprint")
        case Verification.CA_FILE:
            message = _(
                "Its certificate isn't signed by the CA file, has expired, or was "
                "issued for another name."
            )
            return CannotConnect(message, field="ca_file")
        case _:
            message = _(
                "Its certificate isn't signed by an authority that this server "
                "trusts, has expired, or was issued for another name. Ganeti's "
                "certificates are self-signed: pin the fingerprint instead."
            )
            return CannotConnect(message, field="verification")


def _explain_changed(endpoint: Endpoint) -> str:
    pinned = _("Its certificate doesn't match the confirmed one.")
    try:
        new_certificate = fetch_certificate(endpoint.host, endpoint.port)
    except CannotConnect:
        return pinned
    return _("%(problem)s The new fingerprint is %(fingerprint)s.") % {
        "problem": pinned,
        "fingerprint": new_certificate.formatted_fingerprint,
    }
