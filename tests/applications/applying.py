"""Form data of Alice's application."""

from django.urls import reverse

APPLY = reverse("applications:apply")


MANAGER = "manager@example.org"


GOOD = {
    "hostname": "New1.example.org",
    "memory_mib": "2048",
    "vcpus": "2",
    "disk_gib": "20",
    "operating_system": "debian",
    "contact_name": "Alice Liddell",
    "contact_email": "alice@example.org",
    "contact_phone": "210 1234567",
    "comments": "For the shop.",
    "terms": "on",
}
