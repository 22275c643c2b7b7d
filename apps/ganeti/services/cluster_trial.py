"""Test a cluster before it is saved: its certificate first, then its RAPI.

The password is sent only once the certificate is trusted. Nothing here saves anything.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..encryption import UndecryptableError
from ..models import Cluster
from ..rapi.certificate import Certificate
from . import cluster_check
from .cluster_check import CannotConnect, ClusterReport


@dataclass(frozen=True, slots=True)
class ClusterTrial:
    """Outcome of a test: a report, an error or a certificate; empty before it."""

    report: ClusterReport | None = None
    trouble: CannotConnect | None = None
    # A certificate that nobody has confirmed; ``expected`` is the fingerprint that was
    # pinned before, if any.
    to_confirm: Certificate | None = None
    expected: str = ""


def is_pinned(cluster: Cluster) -> bool:
    """Return whether the cluster is verified by its certificate's fingerprint."""
    return cluster.verification == Cluster.Verify.FINGERPRINT


def run(cluster: Cluster, *, confirmed: str = "") -> ClusterTrial:
    """Test a cluster; set its ``fingerprint`` and ``can_write`` by the outcome.

    ``confirmed`` is the fingerprint that the administrator has confirmed.
    """
    cluster.can_write = None
    try:
        if is_pinned(cluster):
            certificate = cluster_check.fetch_certificate(
                cluster.hostname, cluster.port
            )
            if not _pin(cluster, certificate, confirmed):
                return ClusterTrial(
                    to_confirm=certificate, expected=cluster.fingerprint
                )
        report = cluster_check.check(cluster.endpoint)
    except CannotConnect as exc:
        return ClusterTrial(trouble=exc)
    except UndecryptableError:
        message = _("The stored password can no longer be decrypted. Enter it again.")
        return ClusterTrial(trouble=CannotConnect(message, field="password"))
    cluster.can_write = report.can_write
    return ClusterTrial(report=report)


def _pin(cluster: Cluster, certificate: Certificate, confirmed: str) -> bool:
    """Pin a certificate if it was confirmed; return whether it is pinned."""
    if certificate.fingerprint == confirmed:
        cluster.fingerprint = certificate.formatted_fingerprint
    return cluster.fingerprint == certificate.formatted_fingerprint
