"""Try a cluster: its certificate, our user there, and what it says about itself.

Nothing here touches the database, so that several clusters can be tried side by side.
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

TRIED_AT_ONCE = 16


class CannotConnect(Exception):
    """A cluster does not work as it is described; the text says why and what to do.

    ``field`` is the attribute of the cluster that is most likely to be wrong.
    """

    def __init__(self, message: str, *, field: str = "hostname") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Report:
    """What a cluster answered when it was tried."""

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


def look(host: str, port: int) -> Certificate:
    """Return the certificate shown at an address; sends nothing that is secret."""
    try:
        return certificate.fetch(host, port, timeout_s=settings.RAPI_CONNECT_TIMEOUT)
    except RapiUnreachable as exc:
        raise CannotConnect(_unreachable(exc)) from exc


def examine(endpoint: Endpoint) -> Report:
    """Use a cluster as the site will; raise CannotConnect when it does not work."""
    _check_ca_file(endpoint)
    client = client_at(endpoint)
    try:
        info = ClusterInfo.from_rapi(client.info())
        _check_version(info.version)
        can_write = verify_write_access(client)
        return Report(
            name=info.name,
            version=info.version,
            nodes=len(client.query("node", ["name"])),
            instances=len(client.instances()),
            can_write=can_write,
        )
    except RapiError as exc:
        raise _explained(exc, endpoint) from exc


def examine_all(endpoints: Iterable[Endpoint]) -> list[Report | CannotConnect]:
    """Examine clusters side by side; what went wrong stands at its place."""
    language = translation.get_language() or settings.LANGUAGE_CODE

    def examined(endpoint: Endpoint) -> Report | CannotConnect:
        with translation.override(language):  # threads begin without one
            try:
                return examine(endpoint)
            except CannotConnect as exc:
                return exc

    with ThreadPoolExecutor(max_workers=TRIED_AT_ONCE) as pool:
        return list(pool.map(examined, endpoints))


def _check_ca_file(endpoint: Endpoint) -> None:
    wanted = endpoint.verification is Verification.CA_FILE
    if wanted and not Path(endpoint.ca_file).is_file():
        message = _("The CA file %(path)s doesn't exist on this server.")
        message %= {"path": endpoint.ca_file}
        raise CannotConnect(message, field="ca_file")


def _check_version(version: str) -> None:
    """Refuse what cannot be worked with, before anything fails on it half way."""
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


def _explained(exc: RapiError, endpoint: Endpoint) -> CannotConnect:
    match exc:
        case RapiUntrusted():
            return _untrusted(endpoint)
        case RapiUnreachable():
            return CannotConnect(_unreachable(exc))
        case RapiPermissionDenied():
            return _denied(exc, endpoint)
        case RapiProtocolError():
            message = _("The server responded, but it isn't Ganeti's RAPI: %(why)s")
        case _:
            message = _("Ganeti refused the request: %(why)s")
    return CannotConnect(message % {"why": stored_text.translate(str(exc))})


def _denied(exc: RapiPermissionDenied, endpoint: Endpoint) -> CannotConnect:
    """Say what is wrong about our user; Ganeti answers 403 to one whom it knows."""
    if exc.code == 403:
        return CannotConnect(_("This user has no read access."), field="username")
    if not endpoint.username:
        message = _(
            "Queries require a user name and password, even where reading doesn't."
        )
        return CannotConnect(message, field="username")
    message = _("Unknown user or wrong password.")
    return CannotConnect(message, field="password")


def _unreachable(exc: RapiUnreachable) -> str:
    return _(
        "No response: %(why)s Check that ganeti-rapi is running on the master "
        "and that this server can reach the port."
    ) % {"why": stored_text.translate(str(exc))}


def _untrusted(endpoint: Endpoint) -> CannotConnect:
    """Say what the certificate lacks, by the way it is checked."""
    match endpoint.verification:
        case Verification.FINGERPRINT if not endpoint.fingerprint:
            message = _("Its certificate hasn't been confirmed yet.")
            return CannotConnect(message, field="fingerprint")
        case Verification.FINGERPRINT:
            return CannotConnect(_changed(endpoint), field="fingerprint")
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


def _changed(endpoint: Endpoint) -> str:
    pinned = _("Its certificate doesn't match the confirmed one.")
    try:
        shown = look(endpoint.host, endpoint.port)
    except CannotConnect:
        return pinned
    return _("%(problem)s The new fingerprint is %(fingerprint)s.") % {
        "problem": pinned,
        "fingerprint": shown.formatted_fingerprint,
    }
