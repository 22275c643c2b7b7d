"""Who gets a notification, why, and which of their machines are meant.

Pure functions over a `Directory` and the contents of snapshots.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from apps.ganeti.domain.instance import Instance, natural_key
from apps.ganeti.state.snapshots import Contents

from .directory import Account, Directory
from .targets import Target, TargetKind

Clusters = Mapping[str, Contents]
Machine = tuple[str, str]  # cluster, name


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody gets it: a target, and the group of theirs that it concerns."""

    target: Target
    group: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether the user is meant, rather than some of their machines."""
        return self.target.kind in {TargetKind.USER, TargetKind.EVERYBODY}


@dataclass(frozen=True, slots=True)
class Recipient:
    """A user who gets it."""

    account: Account
    reasons: tuple[Reason, ...]
    machines: tuple[Machine, ...]


class Cause(StrEnum):
    """Why a name gets nothing."""

    INACTIVE = "inactive"
    NO_ADDRESS = "no_address"
    SAME_MAILBOX = "same_mailbox"
    UNKNOWN_USER = "unknown_user"
    UNKNOWN_GROUP = "unknown_group"
    NO_MEMBERS = "no_members"
    NO_OWNER = "no_owner"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Excluded:
    """A user, group, machine or target that leads to no recipient."""

    cause: Cause
    name: str
    machines: tuple[Machine, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """The recipients of targets, by name, and what leads to none."""

    recipients: tuple[Recipient, ...]
    excluded: tuple[Excluded, ...]


@dataclass
class _Gathered:
    """What is known of a user, or of a name that leads to nobody, while gathering."""

    reasons: dict[Reason, None] = field(default_factory=dict)
    machines: dict[Machine, None] = field(default_factory=dict)
    # All of theirs, for who is meant as a person: unless other targets name some.
    owned: dict[Machine, None] = field(default_factory=dict)

    def add(self, reason: Reason | None, instances: Iterable[Instance]) -> None:
        machines = {(instance.cluster, instance.name): None for instance in instances}
        if reason:
            self.reasons[reason] = None
        if reason and reason.is_personal:
            self.owned |= machines
        else:
            self.machines |= machines

    def merge(self, other: "_Gathered") -> None:
        self.reasons |= other.reasons
        self.machines |= other.machines
        self.owned |= other.owned

    @property
    def sorted_machines(self) -> tuple[Machine, ...]:
        machines = self.machines or self.owned
        return tuple(
            sorted(machines, key=lambda machine: (natural_key(machine[1]), machine))
        )


def resolve(
    targets: Iterable[Target],
    clusters: Clusters,
    directory: Directory,
    *,
    with_secondaries: bool = False,
) -> Resolved:
    """Return each person once, with all reasons and machines.

    ``with_secondaries``: a node also means the machines that have it as secondary.
    """
    gathering = _Gathering(clusters, directory, with_secondaries)
    for target in targets:
        gathering.add(target)
    return gathering.resolved()


class _Gathering:
    """Collects the people and machines that targets mean."""

    def __init__(
        self, clusters: Clusters, directory: Directory, with_secondaries: bool
    ) -> None:
        self._clusters, self._directory = clusters, directory
        self._with_secondaries = with_secondaries
        self._people: dict[Account, _Gathered] = {}
        self._others: dict[tuple[Cause, str], _Gathered] = {}

    def add(self, target: Target) -> None:
        people = _PEOPLE.get(target.kind)
        if people:
            people(self, target)
            return
        instances = self._instances(target)
        if instances is None:
            self._exclude(Cause.NOT_FOUND, target.name)
        for instance in instances or ():
            self._add_owners(target, instance)

    # -- people

    def _add_everybody(self, target: Target) -> None:
        for account in self._directory.users.values():
            self._add_account(Reason(target), account, self._owned(account))

    def _add_user(self, target: Target) -> None:
        account = self._directory.users.get(target.name)
        if account is None:
            self._exclude(Cause.UNKNOWN_USER, target.name)
            return
        self._add_account(Reason(target), account, self._owned(account))

    def _add_group(self, target: Target) -> None:
        instances = self._tagged_with_group(target.name)
        self._add_members(target, target.name, instances)

    def _add_members(
        self, target: Target, group: str, instances: Sequence[Instance]
    ) -> None:
        members = self._directory.members.get(group)
        if not members:
            known = members is not None
            cause = Cause.NO_MEMBERS if known else Cause.UNKNOWN_GROUP
            self._exclude(cause, group, instances)
        for account in members or ():
            self._add_account(Reason(target, group), account, instances)

    def _add_organization(self, target: Target) -> None:
        representatives = self._directory.representatives.get(target.name, ())
        instances = self._of_organization(target.name)
        if not (representatives or instances):
            self._exclude(Cause.NOT_FOUND, target.name)
        for account in representatives:
            self._add_account(Reason(target), account, ())
        for instance in instances:
            self._add_owners(target, instance)

    def _add_owners(self, target: Target, instance: Instance) -> None:
        tags = instance.tags
        for name in tags.users:
            account = self._directory.users.get(name)
            if account is None:
                self._exclude(Cause.UNKNOWN_USER, name, [instance])
            else:
                self._add_account(Reason(target), account, [instance])
        for group in tags.groups:
            self._add_members(target, group, [instance])
        if not (tags.users or tags.groups):
            self._exclude(Cause.NO_OWNER, instance.name, [instance])

    def _add_account(
        self, reason: Reason, account: Account, instances: Iterable[Instance]
    ) -> None:
        self._people.setdefault(account, _Gathered()).add(reason, instances)

    def _exclude(
        self, cause: Cause, name: str, instances: Iterable[Instance] = ()
    ) -> None:
        self._others.setdefault((cause, name), _Gathered()).add(None, instances)

    # -- machines

    def _owned(self, account: Account) -> list[Instance]:
        instances: list[Instance] = []
        for contents in self._clusters.values():
            instances += contents.by_user.get(account.username, ())
            for group in account.groups:
                instances += contents.by_group.get(group, ())
        return instances

    def _tagged_with_group(self, group: str) -> list[Instance]:
        return [
            instance
            for contents in self._clusters.values()
            for instance in contents.by_group.get(group, ())
        ]

    def _instances(self, target: Target) -> list[Instance] | None:
        """Return the machines of a target; None if there is no such target."""
        slug = target.cluster or target.name
        contents = self._clusters.get(slug)
        return _MACHINES[target.kind](self, target, contents) if contents else None

    def _of_organization(self, tag: str) -> list[Instance]:
        return [
            instance
            for contents in self._clusters.values()
            for instance in contents.instances.values()
            if tag in instance.tags.organizations
        ]

    def _on_cluster(self, _target: Target, contents: Contents) -> list[Instance]:
        return list(contents.instances.values())

    def _named(self, target: Target, contents: Contents) -> list[Instance] | None:
        instance = contents.instances.get(target.name)
        return None if instance is None else [instance]

    def _on_node(self, target: Target, contents: Contents) -> list[Instance] | None:
        if target.name not in contents.nodes:
            return None
        return [
            instance
            for instance in contents.instances.values()
            if instance.primary_node == target.name
            or (self._with_secondaries and target.name in instance.secondary_nodes)
        ]

    def _in_group(self, target: Target, contents: Contents) -> list[Instance] | None:
        if target.name not in contents.groups:
            return None
        return [
            instance
            for instance in contents.instances.values()
            if instance.group == target.name
        ]

    # -- result

    def resolved(self) -> Resolved:
        by_mailbox: dict[str, tuple[Account, _Gathered]] = {}
        for account in sorted(self._people, key=lambda account: account.pk):
            gathered = self._people[account]
            if not account.active:
                self._exclude_account(Cause.INACTIVE, account, gathered)
            elif not account.mailbox:
                self._exclude_account(Cause.NO_ADDRESS, account, gathered)
            elif account.mailbox in by_mailbox:
                self._exclude_account(Cause.SAME_MAILBOX, account, gathered)
                by_mailbox[account.mailbox][1].merge(gathered)
            else:
                by_mailbox[account.mailbox] = account, gathered
        return Resolved(_recipients(by_mailbox.values()), tuple(self._excluded()))

    def _exclude_account(
        self, cause: Cause, account: Account, gathered: _Gathered
    ) -> None:
        self._others.setdefault((cause, account.username), _Gathered()).merge(gathered)

    def _excluded(self) -> Iterator[Excluded]:
        order = list(Cause)
        keys = sorted(
            self._others, key=lambda key: (order.index(key[0]), natural_key(key[1]))
        )
        for cause, name in keys:
            yield Excluded(cause, name, self._others[cause, name].sorted_machines)


def _recipients(
    people: Iterable[tuple[Account, _Gathered]],
) -> tuple[Recipient, ...]:
    recipients = [
        Recipient(account, tuple(gathered.reasons), gathered.sorted_machines)
        for account, gathered in people
    ]
    return tuple(
        sorted(
            recipients, key=lambda recipient: natural_key(recipient.account.username)
        )
    )


_PEOPLE: Mapping[TargetKind, Callable[[_Gathering, Target], None]] = {
    TargetKind.USER: _Gathering._add_user,
    TargetKind.GROUP: _Gathering._add_group,
    TargetKind.ORGANIZATION: _Gathering._add_organization,
    TargetKind.EVERYBODY: _Gathering._add_everybody,
}
_MACHINES: Mapping[
    TargetKind, Callable[[_Gathering, Target, Contents], list[Instance] | None]
] = {
    TargetKind.INSTANCE: _Gathering._named,
    TargetKind.NODE: _Gathering._on_node,
    TargetKind.NODE_GROUP: _Gathering._in_group,
    TargetKind.CLUSTER: _Gathering._on_cluster,
}
