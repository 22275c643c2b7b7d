"""What pages call the places where a machine could live, and why one is off."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from apps.web.stored_text import Text

from ..domain.policy import Span
from ..rapi.versions import Capability, since

# By Ganeti's word for them.
ALLOC_POLICIES: dict[str, Text] = {
    "preferred": pgettext_lazy("allocation policy", "preferred"),
    "last_resort": pgettext_lazy("allocation policy", "last resort"),
    "unallocable": pgettext_lazy("allocation policy", "takes no machines"),
}

TEMPLATES: dict[str, Text] = {
    "plain": gettext_lazy("Logical volumes of one node."),
    "drbd": gettext_lazy("Mirrored between two nodes."),
    "file": gettext_lazy("Files on one node."),
    "sharedfile": gettext_lazy("Files shared by all nodes."),
    "diskless": gettext_lazy("No disk."),
    "rbd": gettext_lazy("Volumes of a Ceph cluster."),
    "gluster": gettext_lazy("Files of a Gluster volume."),
    "ext": gettext_lazy("Volumes of external storage."),
}

_SIZES: dict[str, Text] = {
    "memory-size": gettext_lazy("Memory must be from %(least)d to %(most)d MiB here."),
    "disk-size": gettext_lazy("A disk must be from %(least)d to %(most)d MiB here."),
    "cpu-count": gettext_lazy("There must be %(least)d to %(most)d vCPUs here."),
}


def broken(span: Span) -> str:
    """Say what a policy allows of a size that is too small or too large."""
    most = span.largest if span.largest is not None else span.asked
    return str(_SIZES[span.size]) % {"least": span.smallest, "most": most}


_NEEDED: dict[Capability, Text] = {
    Capability.NETWORKS: gettext_lazy("Networks require Ganeti %(since)s."),
    Capability.TAGS_FOR_NEW: gettext_lazy(
        "Setting owners of new machines requires Ganeti %(since)s."
    ),
}


def too_old(capability: Capability) -> str:
    """Say which version of Ganeti has what this one lacks."""
    return str(_NEEDED[capability]) % {"since": since(capability)}


def no_room(largest_mib: int) -> str:
    text = _("No node has that much free memory. The most available is %(most)d MiB.")
    return text % {"most": largest_mib}


def pool(free: int, reserved: int, mode: str, link: str) -> str:
    """Say what is left of a network's addresses, and how it is reached."""
    text = ngettext(
        "%(free)d address free, %(reserved)d in use",
        "%(free)d addresses free, %(reserved)d in use",
        free,
    ) % {"free": free, "reserved": reserved}
    return f"{text}, {mode} {link}" if mode else text


def link(mode: Text, name: str) -> str:
    return f"{mode}, {name}"
