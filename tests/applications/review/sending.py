"""Shared helpers: the form of a review, and its errors."""

from typing import Any

from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from apps.applications.models import InstanceApplication
from apps.applications.services import reviewing
from tests.ganeti.pages import markup, parsed, text_of


def address(application: InstanceApplication) -> str:
    return reverse("applications:review", args=[application.pk])


def form_data(application: InstanceApplication, **changes: Any) -> dict[str, Any]:
    """Return the form data to accept an application, with changes."""
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
    data = form_data(application, do=do, **changes)
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(address(application), data)


def errors(response: HttpResponseBase) -> str:
    messages = parsed(markup(response)).select(".field-error")
    return " ".join(text_of(message) for message in messages)


def checked(response: HttpResponseBase, name: str) -> list[str]:
    fields = parsed(markup(response)).select(f"input[name={name}][checked]")
    return [str(field["value"]) for field in fields]


def fresh(application: InstanceApplication) -> InstanceApplication:
    return InstanceApplication.objects.get(pk=application.pk)
