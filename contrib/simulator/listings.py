"""Which fields the lists and single resources show, and what ``/2/info`` says."""

from __future__ import annotations

from typing import Any

from contrib.simulator import parameters
from contrib.simulator.spec import Version
from contrib.simulator.state import Cluster

_COMMON = ("ctime", "mtime", "uuid", "serial_no", "tags")

INSTANCE = (
    *("name", "admin_state", "os", "pnode", "snodes", "disk_template"),
    *("nic.ips", "nic.macs", "nic.modes", "nic.uuids", "nic.names", "nic.links"),
    *("nic.networks", "nic.networks.names", "nic.bridges", "network_port"),
    *("disk.sizes", "disk.spindles", "disk_usage", "disk.uuids", "disk.names"),
    *("beparams", "hvparams", "oper_state", "oper_ram", "oper_vcpus", "status"),
    *("custom_hvparams", "custom_beparams", "custom_nicparams"),
    *_COMMON,
)
NODE = (
    *("name", "offline", "master_candidate", "drained", "dtotal", "dfree"),
    *("sptotal", "spfree", "mtotal", "mnode", "mfree", "pinst_cnt", "sinst_cnt"),
    *("ctotal", "cnos", "cnodes", "csockets", "pip", "sip", "role", "pinst_list"),
    *("sinst_list", "master_capable", "vm_capable", "ndparams", "group.uuid"),
    *_COMMON,
)
GROUP = (
    *("alloc_policy", "name", "node_cnt", "node_list", "ipolicy", "custom_ipolicy"),
    *("diskparams", "custom_diskparams", "ndparams", "custom_ndparams"),
    *_COMMON,
)
NETWORK = (
    *("name", "network", "gateway", "network6", "gateway6", "mac_prefix"),
    *("free_count", "reserved_count", "map", "group_list", "inst_list"),
    *("external_reservations", *_COMMON),
)
JOB_BULK = (
    *("id", "ops", "status", "summary", "opstatus"),
    *("received_ts", "start_ts", "end_ts"),
)
JOB = (*JOB_BULK, "oplog", "opresult")


# Which release brought a part of it.
SINCE: dict[str, Version] = {
    "ipolicy": (2, 6),
    "diskparams": (2, 6),
    "enabled_disk_templates": (2, 8),
    "max_running_jobs": (2, 11),
    "max_tracked_jobs": (2, 13),
    "install_image": (2, 12),
    "zeroing_image": (2, 12),
    "enabled_user_shutdown": (2, 12),
    "instance_communication_network": (2, 13),
    "compression_tools": (2, 13),
}


def info(cluster: Cluster) -> dict[str, Any]:
    """Describe the cluster as ``/2/info`` does."""
    spec = cluster.spec
    major, minor = cluster.release
    number = major * 1_000_000 + minor * 10_000
    values = {
        "software_version": spec.full_version,
        "protocol_version": number,
        "config_version": number,
        "os_api_version": 20,
        "export_version": 0,
        "vcs_version": f"simulated {spec.full_version}",
        "architecture": ["64bits", "x86_64"],
        "name": spec.name,
        "master": cluster.master,
        "default_hypervisor": spec.hypervisor,
        "enabled_hypervisors": [spec.hypervisor],
        "hvparams": parameters.cluster_hvparams(spec.hypervisor),
        "os_hvp": {},
        "beparams": {"default": parameters.BEPARAMS},
        "osparams": {},
        "ipolicy": parameters.ipolicy(cluster.disk_templates),
        "nicparams": {"default": parameters.NICPARAMS},
        "ndparams": parameters.NDPARAMS,
        "diskparams": parameters.DISKPARAMS,
        **_settings(cluster),
    }
    return {
        name: value
        for name, value in values.items()
        if cluster.release >= SINCE.get(name, cluster.release)
    }


def _settings(cluster: Cluster) -> dict[str, Any]:
    return {
        "candidate_pool_size": 10,
        "max_running_jobs": 20,
        "max_tracked_jobs": 25,
        "mac_prefix": "aa:00:00",
        "master_netdev": "eth0",
        "master_netmask": 32,
        "use_external_mip_script": False,
        "volume_group_name": None,
        "drbd_usermode_helper": None,
        "file_storage_dir": "/srv/ganeti/file-storage",
        "shared_file_storage_dir": "/srv/ganeti/shared-file-storage",
        "gluster_storage_dir": "/var/run/ganeti/gluster",
        "maintain_node_health": False,
        "ctime": cluster.created,
        "mtime": cluster.modified,
        "uuid": cluster.uuid,
        "tags": sorted(cluster.tags),
        "uid_pool": [],
        "default_iallocator": "hail",
        "default_iallocator_params": {},
        "reserved_lvs": [],
        "primary_ip_version": 4,
        "prealloc_wipe_disks": False,
        "hidden_os": [],
        "blacklisted_os": [],
        "enabled_disk_templates": cluster.disk_templates,
        "install_image": "",
        "instance_communication_network": "",
        "zeroing_image": "",
        "compression_tools": ["gzip", "gzip-fast", "gzip-slow"],
        "enabled_user_shutdown": False,
        "modify_ssh_setup": False,
        "ssh_key_type": "rsa",
        "ssh_key_bits": 2048,
        "vg_name": None,
        "drbd_helper": None,
    }
