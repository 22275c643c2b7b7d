"""What an application's creation needs to know of its cluster and of the site."""

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

from .instance_spec import Surroundings, is_link
from .models import InstanceApplication


class CannotTell(Exception):
    """Something is missing without which nothing can be built; the text says what."""


def around(application: InstanceApplication) -> Surroundings:
    """Return what is known around an application; raises CannotTell."""
    cluster = cluster_of(application)
    contents = _contents_of(cluster)
    _check_group(application, contents)
    _check_network(application, cluster, contents)
    version = parse(contents.info.version)
    return Surroundings(
        tag_prefix=settings.GANETI_TAG_PREFIX,
        image=_image(application),
        unused_os=_unused_os(),
        keys=keys_of(application),
        start=settings.START_NEW_INSTANCES,
        takes_group=supports(version, Capability.GROUP_FOR_NEW),
        networks=contents.networks if cluster.use_gnt_network else (),
        nodes=contents.nodes,
        storage_providers=tags.storage_providers(
            contents.info.tags, settings.GANETI_TAG_PREFIX
        ),
    )


def cluster_of(application: InstanceApplication) -> Cluster:
    """Return the cluster, if something may be built there now; raises CannotTell."""
    cluster = application.cluster
    if cluster is None:
        raise CannotTell(_("No cluster was chosen."))
    if reason := placement.closed_reason(cluster):
        message = _("%(cluster)s isn't accepting new machines.")
        raise CannotTell(f"{message % {'cluster': cluster}} {reason}")
    return cluster


def _contents_of(cluster: Cluster) -> Contents:
    contents = snapshots.current([cluster])[0].contents
    if contents is None:
        message = _("%(cluster)s hasn't been read yet.")
        raise CannotTell(message % {"cluster": cluster})
    if reason := placement.unsupported_reason(contents):
        message = _("%(cluster)s isn't accepting new machines.")
        raise CannotTell(f"{message % {'cluster': cluster}} {reason}")
    return contents


def _check_group(application: InstanceApplication, contents: Contents) -> None:
    """Refuse a group that was put under maintenance since the review."""
    group = contents.groups.get(application.node_group)
    if group is not None and group.locked:
        message = _("The node group %(group)s is under maintenance.")
        raise CannotTell(message % {"group": group.name})


def _check_network(
    application: InstanceApplication, cluster: Cluster, contents: Contents
) -> None:
    """Refuse a network that is not there: Ganeti would give it no address."""
    chosen = application.nic_network
    known = {network.name for network in contents.networks if cluster.use_gnt_network}
    if chosen and chosen not in known and not is_link(chosen):
        message = _("The network %(network)s no longer exists on the cluster.")
        raise CannotTell(message % {"network": chosen})


def _image(application: InstanceApplication) -> OsImage | None:
    wanted = application.operating_system
    if not wanted:
        return None
    image = images.load_catalogue().find(wanted)
    if image is None:
        message = _("The operating system image %(image)s no longer exists.")
        raise CannotTell(message % {"image": wanted})
    return image


def _unused_os() -> str:
    """Return an OS definition that nodes have, for what gets none installed."""
    if settings.NO_OPERATING_SYSTEM_PROVIDER:
        return settings.NO_OPERATING_SYSTEM_PROVIDER
    known = images.load_catalogue().images.values()
    return next(
        (image.provider for image in known), settings.OPERATING_SYSTEMS_PROVIDER
    )


def keys_of(application: InstanceApplication) -> SshKeys:
    """Return where a node finds the applicant's keys, and the keys.

    What is tried out without being filed has no such address.
    """
    url = ""
    if application.pk:
        args = (application.pk, application.cookie)
        path = reverse("applications:ssh-keys", args=args)
        url = f"{settings.SITE_URL.rstrip('/')}{path}"
    return SshKeys(url=url, text=contact.authorized_keys(application.applicant))
