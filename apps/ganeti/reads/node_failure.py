"""What would happen to instances if their node failed."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.instance import Instance
from ..domain.node import Node
from ..state.snapshots import Contents


@dataclass(frozen=True, slots=True)
class Failover:
    """Instances that another node could take over, with the memory that they need."""

    node: Node
    instances: Sequence[Instance]

    @property
    def needed_mib(self) -> int:
        """Memory of those that run now."""
        return sum(
            instance.memory_mib
            for instance in self.instances
            if instance.admin_state == "up"
        )

    @property
    def fits(self) -> bool:
        """Whether the node has that much free memory, if it reports it."""
        free_mib = self.node.memory_free_mib
        return free_mib is None or self.needed_mib <= free_mib


@dataclass(frozen=True, slots=True)
class NodeFailure:
    """Outcome for the primary instances of a node, and for those mirrored to it.

    ``anywhere`` have disks that any node of the group reaches; ``down`` would have to
    wait for the node, since no other one has their disks.
    """

    failovers: Sequence[Failover]
    anywhere: Sequence[Instance]
    down: Sequence[Instance]
    unmirrored: Sequence[Instance]


def simulate(contents: Contents, node: Node) -> NodeFailure:
    """Return the outcome if a node failed now."""
    others = {
        other.name: other
        for other in contents.nodes.values()
        if other.name != node.name and other.vm_capable and not other.offline
    }
    in_group = any(other.group == node.group for other in others.values())
    by_target: dict[str, list[Instance]] = {}
    anywhere: list[Instance] = []
    down: list[Instance] = []
    for instance in contents.by_primary_node.get(node.name, ()):
        target = next((n for n in instance.secondary_nodes if n in others), None)
        if target is not None:
            by_target.setdefault(target, []).append(instance)
        elif instance.mirrored and not instance.secondary_nodes and in_group:
            anywhere.append(instance)
        else:
            down.append(instance)
    return NodeFailure(
        failovers=[
            Failover(others[name], by_target[name]) for name in sorted(by_target)
        ],
        anywhere=anywhere,
        down=down,
        unmirrored=contents.by_secondary_node.get(node.name, ()),
    )
