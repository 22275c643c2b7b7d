"""Convert an application to the parameters of a new instance, without any I/O."""

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
class BuildContext:
    """What a build needs to know of the cluster and the site.

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


def new_instance(
    application: InstanceApplication, context: BuildContext
) -> NewInstance:
    """Return the instance to create for a reviewed application."""
    image = context.image
    template, provider = application.disk_template, application.storage_provider
    return NewInstance(
        name=application.hostname,
        memory_mib=application.memory_mib,
        vcpus=application.vcpus,
        disk_template=template,
        disk_mib=application.disk_gib * MIB_PER_GIB,
        volume_group=application.volume_group if template in IN_VOLUME_GROUPS else "",
        storage_provider=provider if template == EXTERNAL else "",
        storage_params=context.storage_providers.get(provider, {}),
        nic=_nic(application, context),
        group=application.node_group if context.takes_group else "",
        nodes=()
        if context.takes_group
        else _nodes(application, context.nodes.values()),
        os=image.provider if image else context.unused_os,
        osparams=osimage.osparams(image, context.keys) if image else {},
        install=image is not None,
        start=context.start,
        tags=tuple(_tags(application, context.tag_prefix)),
    )


def _nic(application: InstanceApplication, context: BuildContext) -> NewNic | None:
    """Return the NIC: in a network of Ganeti's, by its name, or ``mode:link``.

    Names of networks may have a colon, too.
    """
    network_name = application.nic_network
    if not network_name:
        return None
    network = next(
        (candidate for candidate in context.networks if candidate.name == network_name),
        None,
    )
    if network is not None:
        return NewNic(network=network_name, pool=network.has_pool)
    if is_link(network_name):
        mode, _colon, link = network_name.partition(":")
        return NewNic(mode=mode, link=link)
    return NewNic(network=network_name)


def is_link(text: str) -> bool:
    """Tell whether the text is ``mode:link`` with a mode of Ganeti's."""
    mode, colon, link = text.partition(":")
    return bool(colon and link) and mode in NIC_MODES


def _nodes(application: InstanceApplication, nodes: Iterable[Node]) -> tuple[str, ...]:
    """Return the nodes of the chosen group with the most free memory."""
    if not application.node_group:
        return ()
    usable = [
        node
        for node in nodes
        if node.group == application.node_group
        and node.vm_capable
        and not (node.offline or node.drained)
    ]
    usable.sort(key=lambda node: (-(node.memory_free_mib or 0), node.name))
    needed = 2 if application.disk_template == DRBD else 1
    return tuple(node.name for node in usable[:needed])


def _tags(application: InstanceApplication, prefix: str) -> Iterator[str]:
    yield tags.write(prefix, tags.USER, application.applicant.get_username())
    if application.pk:
        yield tags.write(prefix, tags.APPLICATION, str(application.pk))
    if application.organization:
        yield tags.write(prefix, tags.ORGANIZATION, application.organization.tag)
    if application.hosts_mail_server:
        yield tags.write(prefix, tags.SERVICE, tags.MAIL)
    if application.volume_group and application.disk_template in IN_VOLUME_GROUPS:
        yield tags.write(prefix, tags.VOLUME_GROUP, application.volume_group)
