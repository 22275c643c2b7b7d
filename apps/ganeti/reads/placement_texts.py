"""Texts of placement options, and of why one is unavailable."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from apps.web.stored_text import Text

from ..domain.policy import SizeLimits
from ..rapi.versions import Capability, since

# By Ganeti's name.
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


def size_limits(limits: SizeLimits) -> str:
    """Return what a policy allows for a size that is too small or too large."""
    most = limits.largest if limits.largest is not None else limits.requested
    return str(_SIZES[limits.size]) % {"least": limits.smallest, "most": most}


_VERSION_REQUIRED: dict[Capability, Text] = {
    Capability.NETWORKS: gettext_lazy("Networks require Ganeti %(since)s."),
    Capability.TAGS_FOR_NEW: gettext_lazy(
        "Setting owners of new machines requires Ganeti %(since)s."
    ),
}


def version_required(capability: Capability) -> str:
    """Return which Ganeti version a missing capability requires."""
    return str(_VERSION_REQUIRED[capability]) % {"since": since(capability)}


def insufficient_memory(largest_mib: int) -> str:
    text = _("No node has that much free memory. The most available is %(most)d MiB.")
    return text % {"most": largest_mib}


def pool_usage(free: int, reserved: int, mode: str, link: str) -> str:
    """Return the free and used addresses of a network, and its mode and link."""
    text = ngettext(
        "%(free)d address free, %(reserved)d in use",
        "%(free)d addresses free, %(reserved)d in use",
        free,
    ) % {"free": free, "reserved": reserved}
    return f"{text}, {mode} {link}" if mode else text


def link_description(mode: Text, name: str) -> str:
    return f"{mode}, {name}"
