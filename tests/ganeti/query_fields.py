"""Fields of Ganeti's objects, as a query returns them."""

from collections.abc import Sequence
from typing import Any

Fields = dict[str, Any]

INFO: Fields = {
    "name": "athens.example.org",
    "uuid": "5b3f0a52-0000-4000-8000-000000000001",
    "software_version": "3.0.2",
    "master": "node1",
    "enabled_hypervisors": ["kvm"],
    "enabled_disk_templates": ["drbd", "plain"],
    "tags": [],
}


def instance_fields(name: str, **changes: Any) -> Fields:
    """Return the fields of a running instance on node1, as a query returns them.

    ``changes`` are named after the fields, with ``_`` for ``.`` and ``/``.
    """
    fields: Fields = {
        "name": name,
        "uuid": f"uuid-of-{name}",
        "admin_state": "up",
        "be/memory": 1024,
        "be/maxmem": 1024,
        "be/vcpus": 1,
        "disk.sizes": [10240],
        "disk.names": [None],
        "nic.macs": ["aa:00:00:00:00:01"],
        "nic.ips": ["192.0.2.10"],
        "nic.links": ["br0"],
        "nic.modes": ["bridged"],
        "nic.networks.names": [None],
        "disk_template": "drbd",
        "hypervisor": "kvm",
        "os": "image+default",
        "custom_osparams": {},
        "pnode": "node1",
        "snodes": ["node2"],
        "tags": [],
        "ctime": 1_700_000_000.5,
        "mtime": 1_700_000_500.5,
        "network_port": 11000,
        "hv/boot_order": "disk",
        "hv/cdrom_image_path": None,
        "hv/disk_type": "paravirtual",
        "hv/nic_type": "paravirtual",
        "hv/use_localtime": False,
        "hv/root_path": "/dev/vda1",
        "hv/kernel_args": "ro",
        "status": "running",
        "oper_state": True,
    }
    field_names = {key.replace(".", "_").replace("/", "_"): key for key in fields}
    return fields | {field_names[key]: value for key, value in changes.items()}


def node_fields(name: str, group: str = "default", **changes: Any) -> Fields:
    return {
        "name": name,
        "uuid": f"uuid-of-{name}",
        "role": "C",
        "group": group,
        "offline": False,
        "drained": False,
        "vm_capable": True,
        "pinst_cnt": 1,
        "sinst_cnt": 0,
        "tags": [],
        "mtotal": 65536,
        "mfree": 32768,
        "dtotal": 1048576,
        "dfree": 524288,
        "ctotal": 16,
    } | changes


def group_fields(name: str, tags: Sequence[str] = ()) -> Fields:
    return {
        "name": name,
        "uuid": f"uuid-of-{name}",
        "alloc_policy": "preferred",
        "tags": list(tags),
    }
