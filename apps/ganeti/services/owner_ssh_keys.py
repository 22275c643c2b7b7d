"""SSH keys of an instance's owners, installed into it by a reinstall."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.db.models import Q
from django.urls import reverse

from apps.accounts import contact
from apps.accounts.person import Person

from ..access import owns
from ..domain.instance import Instance
from ..domain.osimage import SshKeys
from ..models import Cluster
from ..state import snapshots

_SALT = "ganeti.services.keys"
# How long a node may take to fetch them, seconds.
FETCHED_WITHIN_S = 24 * 3600


def keys_for(instance: Instance) -> SshKeys:
    """Return the keys of an instance's owners, with a URL for its node."""
    token = signing.dumps([instance.cluster, instance.name], salt=_SALT)
    path = reverse("ganeti:owners-keys", args=(token,))
    return SshKeys(f"{settings.SITE_URL.rstrip('/')}{path}", _owners_keys(instance))


def fetch(token: str) -> str | None:
    """Return the keys for the token of a URL from `keys_for`, one per line.

    None if the instance no longer exists, or the token is too old or invalid.
    """
    try:
        slug, name = signing.loads(token, salt=_SALT, max_age=FETCHED_WITHIN_S)
    except signing.BadSignature:
        return None
    for snapshot in snapshots.current(Cluster.objects.enabled().filter(slug=slug)):
        contents = snapshot.contents
        instance = contents.instances.get(name) if contents else None
        if instance is not None:
            return _owners_keys(instance)
    return None


def _owners_keys(instance: Instance) -> str:
    named = Q(username__in=instance.tags.users)
    member = Q(groups__name__in=instance.tags.groups)
    users = User.objects.filter(named | member, is_active=True).distinct()
    # Databases may compare names without regard to case; `access` does not.
    owners = (user for user in users if owns(Person.of(user), instance.tags))
    return "".join(contact.authorized_keys(owner) for owner in owners)
