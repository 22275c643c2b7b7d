"""Host names for instances: fully qualified and not taken."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models import Cluster, Job
from ..state import snapshots
from ..state.snapshots import Snapshot

MAX_LENGTH = 253
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class HostnameStatus:
    """Whether a name is free.

    ``taken_on`` is the short name of the cluster with an instance of this name, or one
    being renamed to it; ``reserved``: an open application requests it; ``unreachable``:
    the short names of clusters that do not answer, whose snapshots may be outdated.
    """

    taken_on: str = ""
    reserved: bool = False
    unreachable: tuple[str, ...] = ()

    @property
    def free(self) -> bool:
        """Whether the name is free, as far as the clusters that answer know."""
        return not self.taken_on and not self.reserved


# Whether a name is reserved by anything but the application of this number.
ReservationSource = Callable[[str, int | None], bool]
_sources: list[ReservationSource] = []


def register(source: ReservationSource) -> None:
    """Register a source of reserved names that ``check`` looks into."""
    _sources.append(source)


def check(hostname: str, *, apart_from: int | None = None) -> HostnameStatus:
    """Check whether a name is free, by the snapshots and the registered sources.

    ``apart_from`` is the number of an application that may have reserved the name.
    Disabled clusters are ignored.
    """
    clusters = Cluster.objects.enabled().select_related("refresh_state")
    current = snapshots.current(clusters)
    return HostnameStatus(
        taken_on=_taken_on(hostname, current) or _being_renamed_on(hostname),
        reserved=any(is_reserved(hostname, apart_from) for is_reserved in _sources),
        unreachable=tuple(s.cluster.slug for s in current if s.down or s.known is None),
    )


def _taken_on(hostname: str, current: Sequence[Snapshot]) -> str:
    name = hostname.casefold()
    for snapshot in current:
        if snapshot.contents is not None and name in snapshot.contents.names:
            return snapshot.cluster.slug
    return ""


def _being_renamed_on(hostname: str) -> str:
    """Return the short name of a cluster where an unfinished job renames to this."""
    renames = Job.objects.unfinished().filter(new_name__iexact=hostname)
    return renames.values_list("cluster__slug", flat=True).first() or ""


def validate_hostname(text: str) -> str:
    """Return a fully qualified name as it is stored: lower case, no trailing dot."""
    name = text.strip().lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > MAX_LENGTH:
        raise ValidationError(
            _("A name can have at most %(most)d characters.") % {"most": MAX_LENGTH}
        )
    if not all(LABEL.fullmatch(label) for label in labels):
        raise ValidationError(
            _(
                "A name consists of labels separated by dots. Each label has at most "
                "63 letters a to z, digits and hyphens, and can't start or end with a "
                "hyphen."
            )
        )
    if len(labels) < 2:
        raise ValidationError(
            _("Enter a fully qualified domain name, such as web1.example.org.")
        )
    if labels[-1].isdigit():
        raise ValidationError(
            _(
                "This isn't a host name: its last label is a number, as in an IP "
                "address."
            )
        )
    return name
