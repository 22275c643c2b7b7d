"""Unsaved applications."""

from typing import Any

from django.contrib.auth.models import User

from apps.applications.models import InstanceApplication


def application(**changes: Any) -> InstanceApplication:
    fields: dict[str, Any] = {
        "pk": 7,
        "applicant": User(username="alice"),
        "hostname": "web1.example.org",
        "memory_mib": 2048,
        "vcpus": 2,
        "disk_gib": 10,
        "operating_system": "debian",
        "disk_template": "plain",
    }
    return InstanceApplication(**fields | changes)
