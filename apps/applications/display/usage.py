"""Resources that a user has and has applied for."""

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
    """Number of machines and their total resources."""

    machines: int = 0
    memory_mib: int = 0
    vcpus: int = 0
    disk_mib: int = 0

    @classmethod
    def of_machines(cls, machines: Iterable[Instance]) -> Self:
        instances = list(machines)
        return cls(
            len(instances),
            sum(instance.memory_mib for instance in instances),
            sum(instance.vcpus for instance in instances),
            sum(instance.disk_mib for instance in instances),
        )

    @classmethod
    def of_applications(cls, applications: Iterable[InstanceApplication]) -> Self:
        listed = list(applications)
        return cls(
            len(listed),
            sum(application.memory_mib for application in listed),
            sum(application.vcpus for application in listed),
            sum(application.disk_gib * MIB_PER_GIB for application in listed),
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


def own_inventory(user: User) -> Inventory:
    """Return the instances owned by the user or their groups, and no others."""
    groups = frozenset(user.groups.values_list("name", flat=True))
    return inventory.visible(Person(user.username, groups))


def requested_total(user: User) -> Total:
    """Return the total of the user's open applications."""
    return Total.of_applications(
        InstanceApplication.objects.open().filter(applicant=user)
    )
