"""Collect what the build of an application needs to know of cluster and site."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts import contact
from apps.ganeti import images
from apps.ganeti.domain import tags
from apps.ganeti.domain.osimage import OsImage, SshKeys
from apps.ganeti.models import Cluster
from apps.ganeti.rapi.versions import Capability, parse, supports
from apps.ganeti.reads import placement
from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents

from .instance_spec import BuildContext, is_link
from .models import InstanceApplication


class CannotBuild(Exception):
    """The application can't be built now; the message is the reason."""


def build_context(application: InstanceApplication) -> BuildContext:
    """Return the context of an application's build; raises CannotBuild."""
    cluster = cluster_of(application)
    contents = _contents_of(cluster)
    _check_group(application, contents)
    _check_network(application, cluster, contents)
    version = parse(contents.info.version)
    return BuildContext(
        tag_prefix=settings.GANETI_TAG_PREFIX,
        image=_image(application),
        unused_os=_unused_os(),
        keys=ssh_keys_of(application),
        start=settings.START_NEW_INSTANCES,
        takes_group=supports(version, Capability.GROUP_FOR_NEW),
        networks=contents.networks if cluster.use_gnt_network else (),
        nodes=contents.nodes,
        storage_providers=tags.storage_providers(
            contents.info.tags, settings.GANETI_TAG_PREFIX
        ),
    )


def cluster_of(application: InstanceApplication) -> Cluster:
    """Return the cluster if it accepts new instances; raises CannotBuild."""
    cluster = application.cluster
    if cluster is None:
        raise CannotBuild(_("No cluster was chosen."))
    if reason := placement.closed_reason(cluster):
        message = _("%(cluster)s isn't accepting new machines.")
        raise CannotBuild(f"{message % {'cluster': cluster}} {reason}")
    return cluster


def _contents_of(cluster: Cluster) -> Contents:
    contents = snapshots.current([cluster])[0].contents
    if contents is None:
        message = _("%(cluster)s hasn't been read yet.")
        raise CannotBuild(message % {"cluster": cluster})
    if reason := placement.unsupported_reason(contents):
        message = _("%(cluster)s isn't accepting new machines.")
        raise CannotBuild(f"{message % {'cluster': cluster}} {reason}")
    return contents


def _check_group(application: InstanceApplication, contents: Contents) -> None:
    """Raise CannotBuild if the node group is under maintenance by now."""
    group = contents.groups.get(application.node_group)
    if group is not None and group.locked:
        message = _("The node group %(group)s is under maintenance.")
        raise CannotBuild(message % {"group": group.name})


def _check_network(
    application: InstanceApplication, cluster: Cluster, contents: Contents
) -> None:
    """Raise CannotBuild if the network is gone: Ganeti would give no address."""
    network = application.nic_network
    network_names = {
        gnt_network.name for gnt_network in contents.networks if cluster.use_gnt_network
    }
    if network and network not in network_names and not is_link(network):
        message = _("The network %(network)s no longer exists on the cluster.")
        raise CannotBuild(message % {"network": network})


def _image(application: InstanceApplication) -> OsImage | None:
    key = application.operating_system
    if not key:
        return None
    image = images.load_catalogue().find(key)
    if image is None:
        message = _("The operating system image %(image)s no longer exists.")
        raise CannotBuild(message % {"image": key})
    return image


def _unused_os() -> str:
    """Return an OS definition that nodes have, for an instance without installation."""
    if settings.NO_OPERATING_SYSTEM_PROVIDER:
        return settings.NO_OPERATING_SYSTEM_PROVIDER
    catalogue_images = images.load_catalogue().images.values()
    return next(
        (image.provider for image in catalogue_images),
        settings.OPERATING_SYSTEMS_PROVIDER,
    )


def ssh_keys_of(application: InstanceApplication) -> SshKeys:
    """Return the applicant's keys and the URL where a node fetches them.

    A dry run of an application that is not saved has no such URL.
    """
    url = ""
    if application.pk:
        args = (application.pk, application.cookie)
        path = reverse("applications:ssh-keys", args=args)
        url = f"{settings.SITE_URL.rstrip('/')}{path}"
    return SshKeys(url=url, text=contact.authorized_keys(application.applicant))
