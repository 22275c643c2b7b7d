"""Default parameters: hypervisor, backend, node, disk and instance policy."""

from __future__ import annotations

from typing import Any

BEPARAMS: dict[str, Any] = {
    "minmem": 128,
    "maxmem": 128,
    "vcpus": 1,
    "auto_balance": True,
    "always_failover": False,
    "spindle_use": 1,
}

NICPARAMS: dict[str, Any] = {"mode": "bridged", "link": "br0", "vlan": ""}

NDPARAMS: dict[str, Any] = {
    "oob_program": "",
    "spindle_count": 1,
    "exclusive_storage": False,
    "ovs": False,
    "ovs_name": "switch1",
    "ovs_link": "",
    "ssh_port": 22,
    "cpu_speed": 1,
}

KVM: dict[str, Any] = {
    "acpi": True,
    "boot_order": "disk",
    "cdrom2_image_path": "",
    "cdrom_disk_type": "",
    "cdrom_image_path": "",
    "cpu_cores": 0,
    "cpu_mask": "all",
    "cpu_sockets": 0,
    "cpu_threads": 0,
    "cpu_type": "",
    "disk_aio": "threads",
    "disk_cache": "default",
    "disk_discard": "default",
    "disk_type": "paravirtual",
    "floppy_image_path": "",
    "initrd_path": "",
    "kernel_args": "ro",
    "kernel_path": "",
    "keymap": "",
    "kvm_extra": "",
    "kvm_flag": "",
    "kvm_path": "/usr/bin/kvm",
    "kvm_pci_reservations": 12,
    "machine_version": "",
    "mem_path": "",
    "migration_caps": "",
    "migration_downtime": 30,
    "nic_type": "paravirtual",
    "reboot_behavior": "reboot",
    "root_path": "/dev/vda1",
    "scsi_controller_type": "lsi",
    "security_domain": "",
    "security_model": "none",
    "serial_console": False,
    "serial_speed": 38400,
    "soundhw": "",
    "spice_bind": "",
    "spice_image_compression": "",
    "spice_ip_version": 0,
    "spice_jpeg_wan_compression": "",
    "spice_password_file": "",
    "spice_playback_compression": True,
    "spice_streaming_video": "",
    "spice_tls_ciphers": "HIGH:-DES:-3DES:-EXPORT:-DH",
    "spice_use_tls": False,
    "spice_use_vdagent": True,
    "spice_zlib_glz_wan_compression": "",
    "usb_devices": "",
    "usb_mouse": "",
    "use_chroot": False,
    "use_guest_agent": False,
    "use_localtime": False,
    "user_shutdown": False,
    "vga": "",
    "vhost_net": False,
    "virtio_net_queues": 1,
    "vnc_bind_address": "0.0.0.0",  # noqa: S104
    "vnc_password_file": "",
    "vnc_tls": False,
    "vnc_x509_path": "",
    "vnc_x509_verify": False,
    "vnet_hdr": True,
}

KVM_GLOBAL: dict[str, Any] = {
    "migration_bandwidth": 32,
    "migration_mode": "live",
    "migration_port": 8102,
}

# Parameters that take one of a few words
HV_CHOICES: dict[str, tuple[str, ...]] = {
    "cdrom_disk_type": (
        *("", "ioemu", "paravirtual", "ide", "scsi", "sd", "mtd", "pflash"),
        *("scsi-hd", "scsi-cd", "scsi-block", "scsi-generic"),
    ),
    "disk_type": (
        *("ioemu", "paravirtual", "ide", "scsi", "sd", "mtd", "pflash"),
        *("scsi-hd", "scsi-cd", "scsi-block", "scsi-generic"),
    ),
    "nic_type": (
        *("ne2k_isa", "i82557b", "pcnet", "e1000", "rtl8139", "i82559er"),
        *("i82551", "paravirtual", "ne2k_pci"),
    ),
    "boot_order": ("network", "cdrom", "floppy", "disk"),
}

# Which hypervisor parameters other hypervisors add to the fields of a query
OTHER_HV_FIELDS: dict[str, Any] = {
    **dict.fromkeys(
        (
            *("blockdev_prefix", "bootloader_args", "bootloader_path", "cpuid"),
            *("device_model", "devices", "drop_capabilities", "extra_cgroups"),
            *("extra_config", "init_script", "pci_pass", "vif_script", "vif_type"),
        ),
        "",
    ),
    **dict.fromkeys(("cpu_cap", "cpu_weight", "num_ttys", "startup_timeout"), 0),
    **dict.fromkeys(("pae", "use_bootloader", "viridian"), False),
}

DISKPARAMS: dict[str, dict[str, Any]] = {
    "blockdev": {},
    "diskless": {},
    "drbd": {
        "c-delay-target": 1,
        "c-fill-target": 0,
        "c-max-rate": 61440,
        "c-min-rate": 4096,
        "c-plan-ahead": 20,
        "data-stripes": 1,
        "disk-barriers": "n",
        "disk-custom": "",
        "dynamic-resync": False,
        "meta-barriers": False,
        "meta-stripes": 1,
        "metavg": "xenvg",
        "net-custom": "",
        "protocol": "C",
        "resync-rate": 61440,
    },
    "ext": {"access": "kernelspace"},
    "file": {},
    "gluster": {
        "access": "kernelspace",
        "host": "127.0.0.1",
        "port": 24007,
        "volume": "gv0",
    },
    "plain": {"stripes": 1},
    "rbd": {"access": "kernelspace", "pool": "rbd"},
    "sharedfile": {},
}

# What a migration or a failover can move without copying disks
MOVABLE_TEMPLATES = frozenset(
    {"drbd", "sharedfile", "rbd", "ext", "gluster", "blockdev", "diskless"}
)

OS_PARAMETERS = frozenset(
    {
        *("img_id", "img_format", "img_passwd", "img_ssh_key_url"),
        *("img_properties", "img_personality", "delay", "fail"),
    }
)


def hvparams(hypervisor: str) -> dict[str, Any]:
    """Default parameters of an instance of this hypervisor."""
    return KVM if hypervisor == "kvm" else {}


def cluster_hvparams(hypervisor: str) -> dict[str, dict[str, Any]]:
    return {
        "kvm": {**KVM, **KVM_GLOBAL},
        "fake": {"migration_mode": "live"},
        **({} if hypervisor in {"kvm", "fake"} else {hypervisor: {}}),
    }


def ipolicy(disk_templates: list[str]) -> dict[str, Any]:
    def bounds(memory: int, disk: int, cpus: int, count: int) -> dict[str, int]:
        return {
            "memory-size": memory,
            "disk-size": disk,
            "disk-count": count,
            "cpu-count": cpus,
            "nic-count": min(count, 8),
            "spindle-use": count and 64,
        }

    return {
        "minmax": [
            {
                "min": bounds(4, 0, 1, 0),
                "max": bounds(1048576, 1048576, 64, 16),
            }
        ],
        "std": {**bounds(128, 1024, 1, 1), "spindle-use": 1},
        "spindle-ratio": 32,
        "vcpu-ratio": 1000,
        "disk-templates": disk_templates,
    }
