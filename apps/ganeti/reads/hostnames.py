"""Names that machines may be given: fully qualified, and nobody else's."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models import Cluster, Job
from ..state import snapshots
from ..state.snapshots import Snapshot

LONGEST = 253
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a name.

    ``taken_on`` is the short name of the cluster that has a machine of this name, or
    is about to; ``reserved``: an open application asks for it; ``unknown``: the short
    names of clusters that do not answer, which may have one by now.
    """

    taken_on: str = ""
    reserved: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def free(self) -> bool:
        """Whether nobody is known to have it; a cluster that is away is no bar."""
        return not self.taken_on and not self.reserved


# Whether a name is spoken for, but for the application of this number.
Source = Callable[[str, int | None], bool]


_sources: list[Source] = []


def register(source: Source) -> None:
    """Have a source asked whether it speaks for a name, beside the others."""
    _sources.append(source)


def check(hostname: str, *, apart_from: int | None = None) -> Findings:
    """Look for a name on every cluster and among the applications; asks no cluster.

    ``apart_from`` is the number of the application that the name is wanted for.
    Disabled clusters are not looked at.
    """
    clusters = Cluster.objects.enabled().select_related("refresh_state")
    shots = snapshots.current(clusters)
    return Findings(
        taken_on=_taken_on(hostname, shots) or _soon_on(hostname),
        reserved=any(speaks_for(hostname, apart_from) for speaks_for in _sources),
        unknown=tuple(s.cluster.slug for s in shots if s.down or s.known is None),
    )


def _taken_on(hostname: str, shots: Sequence[Snapshot]) -> str:
    name = hostname.casefold()
    for shot in shots:
        if shot.contents is not None and name in shot.contents.names:
            return shot.cluster.slug
    return ""


def _soon_on(hostname: str) -> str:
    """Return the cluster where a machine is being renamed to this just now."""
    renames = Job.objects.unfinished().filter(new_name__iexact=hostname)
    return renames.values_list("cluster__slug", flat=True).first() or ""


def validate_hostname(text: str) -> str:
    """Return a fully qualified name as it is kept: lower case, no dot at its end."""
    name = text.strip().lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > LONGEST:
        raise ValidationError(
            _("A name can have at most %(most)d characters.") % {"most": LONGEST}
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
