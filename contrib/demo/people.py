"""Users, groups and organizations of the demo. Needs Django set up."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone

from apps.accounts.contact import remember_language
from apps.accounts.models import Organization, Profile, SshKey
from contrib.simulator.seed import PEOPLE, TEAMS

PASSWORD = "demo"  # noqa: S105 - said to everybody who starts it
LOGINS: Mapping[str, str] = {
    "alice": "has machines of her own",
    "bob": "shares those of the group noc",
    "eleni": "is new, has none yet, and reads Greek mails",
    "olga": "sees all machines",
    "rita": "reviews applications and sends notifications",
    "leo": "locks and isolates machines",
    "eva": "writes the pages about the service",
    "root": "may do everything",
}
# These cannot log in: one waits for approval, one has not come for a year.
WAITING, IDLE = "wanda", "ivan"

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "olga": (
        "ganeti.view_instances",
        "ganeti.view_all_graphs",
        "notifications.view_notifications",
    ),
    "rita": (
        "ganeti.view_instances",
        "notifications.send_notifications",
        "applications.view_applications",
        "applications.change_instanceapplication",
    ),
    "leo": ("ganeti.view_instances", "ganeti.can_lock", "ganeti.can_isolate"),
    "eva": (
        "flatpages.view_flatpage",
        "flatpages.add_flatpage",
        "flatpages.change_flatpage",
    ),
}
STAFF = {"eva", "root"}
GROUPS: Mapping[str, str] = {"bob": "noc"}
ORGANIZATIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "noc": ("Network Operations Centre", ("bob",)),
    "library": ("University Library", ("alice",)),
    "physics": ("Department of Physics", ()),
}
HAVE_KEYS = ("alice", "bob")


def create() -> None:
    """Create the owners that tags name, and the users with a password."""
    for team in TEAMS:
        Group.objects.create(name=team)
    for name in dict.fromkeys((*PEOPLE, *LOGINS, WAITING, IDLE)):
        _person(name)
    for name, rights in RIGHTS.items():
        User.objects.get(username=name).user_permissions.set(map(_right, rights))
    for name, group in GROUPS.items():
        User.objects.get(username=name).groups.add(Group.objects.get(name=group))
    remember_language(User.objects.get(username="eleni"), "el")
    _organizations()
    for name in HAVE_KEYS:
        _key(User.objects.get(username=name))
    _wait_for_approval(User.objects.get(username=WAITING))
    long_ago = timezone.now() - timedelta(days=400)
    User.objects.filter(username=IDLE).update(last_login=long_ago, date_joined=long_ago)


def _person(name: str) -> None:
    user = User(username=name, email=f"{name}@example.org", first_name=name.title())
    if name in LOGINS or name == WAITING:
        user.set_password(PASSWORD)
    else:
        user.set_unusable_password()
    user.is_superuser = name == "root"
    user.is_staff = name in STAFF
    user.is_active = name != WAITING
    user.save()
    # Only who is new is greeted.
    greeted = None if name == "eleni" else timezone.now()
    Profile.objects.update_or_create(user=user, defaults={"greeted_at": greeted})


def _right(name: str) -> Permission:
    app, _, codename = name.partition(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def _organizations() -> None:
    for tag, (title, speakers) in ORGANIZATIONS.items():
        organization = Organization.objects.create(
            tag=tag, title=title, email=f"{tag}@example.org"
        )
        organization.users.set(User.objects.filter(username__in=speakers))
        Profile.objects.filter(user__username__in=speakers).update(
            organization=organization, phone="+30 210 0000000"
        )


def _key(owner: User) -> None:
    public = Ed25519PrivateKey.generate().public_key()
    line = public.public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    ).decode()
    digest = hashlib.sha256(base64.b64decode(line.split()[1])).digest()
    SshKey.objects.create(
        owner=owner,
        key=line,
        comment=f"{owner.username}@laptop",
        fingerprint=base64.b64encode(digest).decode().rstrip("="),
    )


def _wait_for_approval(user: User) -> None:
    """Create a registration whose address is confirmed."""
    if not apps.is_installed("registration"):
        return
    registration = apps.get_model("registration", "SupervisedRegistrationProfile")
    registration._default_manager.create(
        user=user, activation_key=hashlib.sha256(b"demo").hexdigest(), activated=True
    )
