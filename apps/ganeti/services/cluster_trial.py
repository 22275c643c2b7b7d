"""Try a cluster as it is about to be saved: its certificate first, then its RAPI.

The password is sent only once the certificate is trusted. Nothing here saves anything.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..encryption import UndecryptableError
from ..models import Cluster
from ..rapi.certificate import Certificate
from . import cluster_check
from .cluster_check import CannotConnect, Report


@dataclass(frozen=True, slots=True)
class ClusterTrial:
    """Outcome of a trial: one of these, or nothing before the trial."""

    report: Report | None = None
    trouble: CannotConnect | None = None
    # Nobody has confirmed this certificate; ``expected`` is the fingerprint it differs
    # from, if one was known.
    to_confirm: Certificate | None = None
    expected: str = ""


def pins(cluster: Cluster) -> bool:
    """Tell whether the cluster is known by the fingerprint of its certificate."""
    return cluster.verification == Cluster.Verify.FINGERPRINT


def run(cluster: Cluster, *, confirmed: str = "") -> ClusterTrial:
    """Try a cluster; set its ``fingerprint`` and ``can_write`` to what was found.

    ``confirmed`` is the fingerprint that somebody has compared with the cluster's.
    """
    cluster.can_write = None
    try:
        if pins(cluster):
            certificate = cluster_check.look(cluster.hostname, cluster.port)
            if not _pin(cluster, certificate, confirmed):
                return ClusterTrial(
                    to_confirm=certificate, expected=cluster.fingerprint
                )
        report = cluster_check.examine(cluster.endpoint)
    except CannotConnect as exc:
        return ClusterTrial(trouble=exc)
    except UndecryptableError:
        message = _("The stored password can no longer be decrypted. Enter it again.")
        return ClusterTrial(trouble=CannotConnect(message, field="password"))
    cluster.can_write = report.can_write
    return ClusterTrial(report=report)


def _pin(cluster: Cluster, certificate: Certificate, confirmed: str) -> bool:
    """Pin a confirmed certificate; tell whether it is the one pinned now."""
    if certificate.fingerprint == confirmed:
        cluster.fingerprint = certificate.formatted_fingerprint
    return cluster.fingerprint == certificate.formatted_fingerprint
