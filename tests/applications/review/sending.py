"""What tests of reviews have in common."""

from typing import Any

from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from apps.applications.models import InstanceApplication
from apps.applications.services import reviewing
from tests.ganeti.pages import markup, parsed, text_of


def address(application: InstanceApplication) -> str:
    return reverse("applications:review", args=[application.pk])


def wanted(application: InstanceApplication, **changes: Any) -> dict[str, Any]:
    """Return what a reviewer sends who agrees, but for changes."""
    return {
        "hostname": application.hostname,
        "memory_mib": application.memory_mib,
        "vcpus": application.vcpus,
        "disk_gib": application.disk_gib,
        "operating_system": application.operating_system,
        "cluster": "athens",
        "shown": "athens",
        "node_group": "default",
        "nic_network": "public",
        "storage": "plain",
        "volume_group": "fast",
        "version": reviewing.version_of(application),
        **changes,
    }


def post(
    client: Client, application: InstanceApplication, do: str, **changes: Any
) -> HttpResponseBase:
    sent = wanted(application, do=do, **changes)
    given = {name: value for name, value in sent.items() if value is not None}
    return client.post(address(application), given)


def errors(response: HttpResponseBase) -> str:
    found = parsed(markup(response)).select(".field-error")
    return " ".join(text_of(each) for each in found)


def checked(response: HttpResponseBase, name: str) -> list[str]:
    found = parsed(markup(response)).select(f"input[name={name}][checked]")
    return [str(field["value"]) for field in found]


def fresh(application: InstanceApplication) -> InstanceApplication:
    return InstanceApplication.objects.get(pk=application.pk)
