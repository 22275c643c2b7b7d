"""Makes a cluster's nodes, groups, networks and instances from numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator

from contrib.simulator.networks import Connection, Network
from contrib.simulator.spec import ClusterSpec
from contrib.simulator.state import Cluster, Disk, Group, Instance, Nic, Node

YEAR_S = 365 * 86400
MEMORY_CHOICES = (512, 1024, 2048, 2048, 4096, 4096, 8192, 16384, 32768)
DISK_CHOICES = (10240, 20480, 20480, 40960, 81920, 163840, 512000)
VCPU_CHOICES = (1, 1, 2, 2, 4, 4, 8, 16)
WORDS = (
    *("web", "mail", "db", "dns", "git", "wiki", "proxy", "build", "ldap", "files"),
    *("cloud", "test", "shop", "forum", "video", "stats", "backup", "vpn"),
)
PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi")
TEAMS = ("noc", "library", "physics")


def build(spec: ClusterSpec) -> Cluster:
    """Make the cluster that a spec describes."""
    cluster = Cluster(spec)
    if spec.lab:
        _lab(cluster)
        return cluster
    cluster.disk_templates = ["plain", "drbd", "sharedfile", "file", "ext", "diskless"]
    cluster.operating_systems.append("debootstrap+default")
    cluster.tags |= {
        f"{spec.tag_prefix}:ext:archipelago",
        f"{spec.tag_prefix}:ext:archipelago:params:origin:none",
    }
    _groups(cluster, ("default", "spare"))
    _nodes(cluster)
    _networks(cluster)
    owners = _owners(spec)
    for number in range(spec.instances):
        cluster.add(_instance(cluster, number, next(owners, None)))
    return cluster


def _lab(cluster: Cluster) -> None:
    """Make what the lab has: three nodes, an empty group, two networks."""
    cluster.operating_systems.append("debootstrap+default")
    _groups(cluster, ("default", "spare"))
    for number in (1, 2, 3):
        name = f"node{number}"
        node = Node(name, cluster.new_uuid(), "default", f"10.77.1.{9 + number}")
        _equip(cluster, node, memory=24576, disk=262144, cpus=2)
    _add_network(cluster, "public-v4", "192.0.2.0/24", Connection("default", "", ""))
    _add_network(
        cluster, "private-v4", "198.51.100.0/24", Connection("default", "", "")
    )
    public, private = cluster.networks["public-v4"], cluster.networks["private-v4"]
    public.tags.add("public")
    public.connections = [Connection("default", "routed", "public")]
    private.connections = [Connection("default", "bridged", "br0")]


def _groups(cluster: Cluster, names: tuple[str, ...]) -> None:
    for name in names:
        group = Group(name, cluster.new_uuid())
        group.ctime = group.mtime = cluster.created
        cluster.groups[name] = group
    if cluster.spec.lab:
        return
    cluster.groups["default"].tags |= {"vg:xenvg", "vg:ssdvg"}
    cluster.groups["spare"].alloc_policy = "last_resort"
    if cluster.spec.seed % 3 == 0:
        cluster.groups["spare"].tags.add("locked")


def _nodes(cluster: Cluster) -> None:
    spec = cluster.spec
    for number in range(1, spec.nodes + 1):
        # every fourth node belongs to the second group
        group = "spare" if number % 4 == 0 and spec.nodes > 3 else "default"
        name = f"node{number}.{spec.name}.{spec.domain}"
        address = f"10.{spec.seed % 200}.0.{number % 250}"
        node = Node(name, cluster.new_uuid(), group, address)
        memory = cluster.random.choice((131072, 262144, 393216))
        _equip(cluster, node, memory=memory, disk=8388608, cpus=64)
        node.role = "M" if number == 1 else "C" if number <= 10 else "R"


def _equip(cluster: Cluster, node: Node, *, memory: int, disk: int, cpus: int) -> None:
    node.memory, node.disk, node.cpus = memory, disk, cpus
    node.memory_own = memory // 64
    node.sockets = 2 if cpus > 8 else 1
    node.bootid = cluster.new_uuid()
    node.ctime = node.mtime = cluster.created
    if not cluster.nodes:
        node.role, cluster.master = "M", node.name
    cluster.nodes[node.name] = node


def _add_network(
    cluster: Cluster, name: str, network: str, *connections: Connection
) -> None:
    address, _, bits = network.partition("/")
    gateway = ".".join([*address.split(".")[:3], "1"])
    cluster.networks[name] = Network(
        name,
        cluster.new_uuid(),
        f"{address}/{bits}",
        gateway,
        connections=list(connections),
        ctime=cluster.created,
    )


def _networks(cluster: Cluster) -> None:
    third = cluster.spec.seed % 200
    routed = [Connection(group, "routed", "public") for group in cluster.groups]
    bridged = [Connection(group, "bridged", "br0", ".100") for group in cluster.groups]
    _add_network(cluster, "public-v4", f"10.{third}.16.0/20", *routed)
    _add_network(cluster, "services", f"172.16.{third}.0/24", *bridged)
    _add_network(cluster, "small", f"192.168.{third}.0/29", *routed)
    cluster.networks["public-v4"].tags.add("public")


def _owners(spec: ClusterSpec) -> Iterator[str]:
    """Spread the named owners evenly among each other."""
    left = dict(spec.owners)
    while left:
        for name in list(left):
            if left[name] <= 0:
                del left[name]
                continue
            left[name] -= 1
            yield name


def _tags(cluster: Cluster, owner: str | None, number: int) -> set[str]:
    prefix, chance = cluster.spec.tag_prefix, cluster.random
    if owner:
        tags = {f"{prefix}:user:{owner}"}
    else:
        spelling = "users" if number % 5 == 0 else "user"
        tags = {f"{prefix}:{spelling}:{chance.choice(PEOPLE)}"}
    if chance.random() < 0.2:
        spelling = "groups" if number % 2 else "group"
        tags.add(f"{prefix}:{spelling}:{chance.choice(TEAMS)}")
    if chance.random() < 0.03:
        tags.add(f"{prefix}:user:gone{number}")
    if chance.random() < 0.1:
        tags.add(f"{prefix}:service:mail")
    if chance.random() < 0.3:
        tags.add(f"{prefix}:application:{number + 1}")
    return tags | _marks(cluster)


def _marks(cluster: Cluster) -> set[str]:
    prefix, chance = cluster.spec.tag_prefix, cluster.random
    marks = set()
    if chance.random() < 0.03:
        marks.add(f"{prefix}:adminlock")
    if chance.random() < 0.03:
        marks |= {f"{prefix}:isolate", f"{prefix}:whitelist_ip:198.51.100.0/26"}
    if chance.random() < 0.04:
        marks.add(f"{prefix}:needsreboot")
    return marks


def _instance(cluster: Cluster, number: int, owner: str | None) -> Instance:
    spec, chance = cluster.spec, cluster.random
    nodes = list(cluster.nodes.values())
    primary = nodes[number % len(nodes)]
    template = chance.choice(("drbd", "drbd", "plain", "sharedfile", "ext"))
    memory = chance.choice(MEMORY_CHOICES)
    created = time.time() - chance.randrange(86400, 4 * YEAR_S)
    word = WORDS[number % len(WORDS)]
    instance = Instance(
        name=f"{word}{number // len(WORDS) + 1}.{spec.name}.{spec.domain}",
        uuid=cluster.new_uuid(),
        os=chance.choice(cluster.operating_systems),
        hypervisor=spec.hypervisor,
        primary=primary.name,
        secondary=_partner(cluster, primary) if template == "drbd" else None,
        disk_template=template,
        beparams={
            "minmem": memory,
            "maxmem": memory,
            "vcpus": chance.choice(VCPU_CHOICES),
        },
        osparams={"img_id": "debian-12", "img_format": "diskdump"},
        tags=_tags(cluster, owner, number),
        network_port=cluster.new_port(),
        ctime=created,
        mtime=created + chance.randrange(86400),
        serial_no=chance.randrange(1, 40),
    )
    for _ in range(chance.choice((1, 1, 1, 2))):
        instance.disks.append(Disk(chance.choice(DISK_CHOICES), cluster.new_uuid()))
    _connect(cluster, instance)
    _set_state(cluster, instance)
    return instance


def _partner(cluster: Cluster, primary: Node) -> str | None:
    others = [
        node.name
        for node in cluster.nodes.values()
        if node.group == primary.group and node is not primary
    ]
    return cluster.random.choice(others) if others else None


def _connect(cluster: Cluster, instance: Instance) -> None:
    networks = cluster.networks
    names = ["public-v4"]
    if cluster.random.random() < 0.15:
        names.append("services")
    for name in names:
        nic = Nic(cluster.new_mac(), cluster.new_uuid())
        network = networks[name]
        nic.ip = network.take_next()
        connection = network.connection(cluster.nodes[instance.primary].group)
        if connection is not None:
            nic.network = network.uuid
            nic.mode, nic.link = connection.mode, connection.link
            nic.vlan = connection.vlan
            nic.custom = {"mode": nic.mode, "link": nic.link, "vlan": nic.vlan}
        instance.nics.append(nic)


def _set_state(cluster: Cluster, instance: Instance) -> None:
    """Mostly running; some stopped, crashed or marked offline."""
    draw = cluster.random.random()
    if draw < 0.88:
        instance.admin_state = "up"
        cluster.start(instance)
    elif draw < 0.95:
        instance.admin_state = "down"
    elif draw < 0.97:
        instance.admin_state = "up"
    elif draw < 0.985:
        instance.admin_state = "offline"
    else:
        instance.admin_source = "user"
    if cluster.random.random() < 0.02 and instance.hypervisor == "kvm":
        instance.hvparams |= {
            "boot_order": "cdrom",
            "cdrom_image_path": "https://example.org/rescue.iso",
        }
