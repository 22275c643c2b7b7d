"""What somebody has already, to stand beside what they ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.contrib.auth.models import User

from apps.accounts.person import Person
from apps.ganeti.display.labels import gib
from apps.ganeti.domain.instance import Instance
from apps.ganeti.reads import inventory
from apps.ganeti.reads.inventory import Inventory

from ..instance_spec import MIB_PER_GIB
from ..models import InstanceApplication


@dataclass(frozen=True, slots=True)
class Total:
    """So many machines, and what they take together."""

    machines: int = 0
    memory_mib: int = 0
    vcpus: int = 0
    disk_mib: int = 0

    @classmethod
    def of_machines(cls, machines: Iterable[Instance]) -> Self:
        found = list(machines)
        return cls(
            len(found),
            sum(each.memory_mib for each in found),
            sum(each.vcpus for each in found),
            sum(each.disk_mib for each in found),
        )

    @classmethod
    def of_applications(cls, applications: Iterable[InstanceApplication]) -> Self:
        found = list(applications)
        return cls(
            len(found),
            sum(each.memory_mib for each in found),
            sum(each.vcpus for each in found),
            sum(each.disk_gib * MIB_PER_GIB for each in found),
        )

    def __add__(self, other: "Total") -> "Total":
        return Total(
            self.machines + other.machines,
            self.memory_mib + other.memory_mib,
            self.vcpus + other.vcpus,
            self.disk_mib + other.disk_mib,
        )

    @property
    def memory(self) -> str:
        return gib(self.memory_mib)

    @property
    def disk(self) -> str:
        return gib(self.disk_mib)


def own_machines(user: User) -> Inventory:
    """Return the machines of somebody and their groups, whatever else they may see."""
    groups = frozenset(user.groups.values_list("name", flat=True))
    return inventory.visible(Person(user.username, groups))


def asked_for(user: User) -> Total:
    """Return what somebody has asked for and not got yet."""
    return Total.of_applications(
        InstanceApplication.objects.open().filter(applicant=user)
    )
