"""From an application to what Ganeti is asked for; pure: nothing is read or sent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from apps.ganeti.domain import osimage, tags
from apps.ganeti.domain.creation import (
    DRBD,
    EXTERNAL,
    IN_VOLUME_GROUPS,
    NewInstance,
    NewNic,
)
from apps.ganeti.domain.network import GanetiNetwork
from apps.ganeti.domain.node import Node
from apps.ganeti.domain.osimage import OsImage, SshKeys

from .models import InstanceApplication

MIB_PER_GIB = 1024
# Ganeti's ``constants.NIC_VALID_MODES``.
NIC_MODES = frozenset({"bridged", "routed", "openvswitch"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an application does not say itself: of its cluster, and of the site.

    ``image`` is None for a machine without an operating system, for which
    ``unused_os`` is named to Ganeti. ``takes_group`` is False where Ganeti must be
    given nodes; ``nodes`` are the cluster's. ``storage_providers`` are the parameters
    of each provider.
    """

    tag_prefix: str
    image: OsImage | None = None
    unused_os: str = ""
    keys: SshKeys = field(default_factory=SshKeys)
    start: bool = True
    takes_group: bool = True
    networks: tuple[GanetiNetwork, ...] = ()
    nodes: Mapping[str, Node] = field(default_factory=dict)
    storage_providers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def new_instance(wanted: InstanceApplication, around: Surroundings) -> NewInstance:
    """Return the instance that an application asks for, as it was reviewed."""
    image = around.image
    template, provider = wanted.disk_template, wanted.storage_provider
    return NewInstance(
        name=wanted.hostname,
        memory_mib=wanted.memory_mib,
        vcpus=wanted.vcpus,
        disk_template=template,
        disk_mib=wanted.disk_gib * MIB_PER_GIB,
        volume_group=wanted.volume_group if template in IN_VOLUME_GROUPS else "",
        storage_provider=provider if template == EXTERNAL else "",
        storage_params=around.storage_providers.get(provider, {}),
        nic=_nic(wanted, around),
        group=wanted.node_group if around.takes_group else "",
        nodes=() if around.takes_group else _nodes(wanted, around.nodes.values()),
        os=image.provider if image else around.unused_os,
        osparams=osimage.osparams(image, around.keys) if image else {},
        install=image is not None,
        start=around.start,
        tags=tuple(_tags(wanted, around.tag_prefix)),
    )


def _nic(wanted: InstanceApplication, around: Surroundings) -> NewNic | None:
    """Return the NIC: in a network of Ganeti's, by its name, or ``mode:link``.

    Names of networks may have a colon, too.
    """
    chosen = wanted.nic_network
    if not chosen:
        return None
    network = next((known for known in around.networks if known.name == chosen), None)
    if network is not None:
        return NewNic(network=chosen, pool=network.has_pool)
    if is_link(chosen):
        mode, _colon, link = chosen.partition(":")
        return NewNic(mode=mode, link=link)
    return NewNic(network=chosen)


def is_link(chosen: str) -> bool:
    """Tell whether what was chosen reads as ``mode:link``."""
    mode, colon, link = chosen.partition(":")
    return bool(colon and link) and mode in NIC_MODES


def _nodes(wanted: InstanceApplication, nodes: Iterable[Node]) -> tuple[str, ...]:
    """Return the nodes of the chosen group with the most free memory."""
    if not wanted.node_group:
        return ()
    usable = [
        node
        for node in nodes
        if node.group == wanted.node_group
        and node.vm_capable
        and not (node.offline or node.drained)
    ]
    usable.sort(key=lambda node: (-(node.memory_free_mib or 0), node.name))
    needed = 2 if wanted.disk_template == DRBD else 1
    return tuple(node.name for node in usable[:needed])


def _tags(wanted: InstanceApplication, prefix: str) -> Iterator[str]:
    yield tags.write(prefix, tags.USER, wanted.applicant.get_username())
    if wanted.pk:
        yield tags.write(prefix, tags.APPLICATION, str(wanted.pk))
    if wanted.organization:
        yield tags.write(prefix, tags.ORGANIZATION, wanted.organization.tag)
    if wanted.hosts_mail_server:
        yield tags.write(prefix, tags.SERVICE, tags.MAIL)
    if wanted.volume_group and wanted.disk_template in IN_VOLUME_GROUPS:
        yield tags.write(prefix, tags.VOLUME_GROUP, wanted.volume_group)
