"""Hypervisor parameters that the owner of an instance may change.

The values are those that Ganeti accepts (its constants ``HT_KVM_VALID_NIC_TYPES`` and
the like), the most useful ones first.
"""

from collections.abc import Mapping

NIC, DISK, BOOT, CDROM = "nic_type", "disk_type", "boot_order", "cdrom_image_path"
LOCAL_TIME, ROOT, KERNEL = "use_localtime", "root_path", "kernel_args"

KVM, XEN_HVM, XEN_PVM = "kvm", "xen-hvm", "xen-pvm"

# In the order of pages; other hypervisors have none.
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    KVM: (BOOT, CDROM, DISK, NIC, LOCAL_TIME),
    XEN_HVM: (BOOT, CDROM, DISK, NIC, LOCAL_TIME),
    XEN_PVM: (ROOT, KERNEL),
}
CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    # Ganeti accepts "floppy" too, which requires an image that only staff can set.
    (KVM, BOOT): ("disk", "cdrom", "network"),
    (KVM, DISK): (
        *("paravirtual", "scsi", "ide", "sd", "mtd", "pflash"),
        *("scsi-hd", "scsi-block", "scsi-generic", "scsi-cd"),
    ),
    (KVM, NIC): (
        *("paravirtual", "e1000", "rtl8139", "pcnet", "ne2k_pci", "ne2k_isa"),
        *("i82551", "i82557b", "i82559er"),
    ),
    # Letters: c is the disk, d the CD-ROM, n the network.
    (XEN_HVM, BOOT): ("c", "d", "n", "cd", "dc", "cn", "nc", "cdn", "dcn", "ncd"),
    (XEN_HVM, DISK): ("paravirtual", "ioemu"),
    (XEN_HVM, NIC): ("paravirtual", "e1000", "rtl8139", "ne2k_pci", "ne2k_isa"),
}


def parameters(hypervisor: str) -> tuple[str, ...]:
    """Return the parameters of a hypervisor that owners may change."""
    return PARAMETERS.get(hypervisor, ())


def takes_urls(hypervisor: str) -> bool:
    """Return whether the CD-ROM image may be a URL; Xen requires a file on the node."""
    return hypervisor == KVM
