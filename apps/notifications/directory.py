"""All users with groups, organizations and languages, read by a few statements."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group, User

from apps.accounts.models import Mailbox, Organization, Preferences
from apps.accounts.services import mailboxes

from .models import TimeZone

Links = Mapping[int, list[int]]


@dataclass(frozen=True, slots=True)
class Account:
    """A user; ``mailbox`` is the key of the address, empty if there is no valid one."""

    pk: int
    username: str
    name: str
    address: str
    mailbox: str
    active: bool
    language: str
    zone: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """Users by name, members of groups, and representatives of organizations by tag."""

    users: Mapping[str, Account]
    members: Mapping[str, list[Account]]
    representatives: Mapping[str, list[Account]]


def read() -> Directory:
    """Read everybody: seven statements, however many users there are."""
    groups = dict(Group.objects.values_list("pk", "name"))
    membership = User.groups.through._default_manager.order_by("group__name")
    group_names: dict[int, list[str]] = {}
    for user_pk, group_pk in membership.values_list("user_id", "group_id"):
        group_names.setdefault(user_pk, []).append(groups.get(group_pk, ""))
    accounts = _accounts(group_names)
    members: dict[str, list[Account]] = {name: [] for name in groups.values()}
    for account in accounts.values():
        for name in account.groups:
            members.setdefault(name, []).append(account)
    return Directory(
        users={account.username: account for account in accounts.values()},
        members=members,
        representatives=_representatives(accounts),
    )


def _accounts(group_names: Mapping[int, list[str]]) -> dict[int, Account]:
    keys = dict(Mailbox.objects.values_list("user_id", "key"))
    languages = dict(Preferences.objects.values_list("user_id", "language"))
    zones = dict(TimeZone.objects.values_list("user_id", "name"))
    fields = ("pk", "username", "first_name", "last_name", "email", "is_active")
    rows = User.objects.order_by("username").values_list(*fields)
    return {
        pk: Account(
            pk=pk,
            username=username,
            name=f"{first_name} {last_name}".strip() or username,
            address=email,
            mailbox=keys.get(pk) or mailboxes.key_of(email),
            active=active,
            language=languages.get(pk) or settings.LANGUAGE_CODE,
            zone=zones.get(pk, ""),
            groups=tuple(group_names.get(pk, ())),
        )
        for pk, username, first_name, last_name, email, active in rows
    }


def _representatives(accounts: Mapping[int, Account]) -> dict[str, list[Account]]:
    pairs = Organization.objects.exclude(users=None).values_list("tag", "users")
    representatives: dict[str, list[Account]] = {}
    for tag, user_pk in pairs:
        if user_pk in accounts:
            representatives.setdefault(tag, []).append(accounts[user_pk])
    return representatives
