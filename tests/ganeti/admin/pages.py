"""Addresses, form fields and messages of the administration of clusters."""

from typing import Any

from django.contrib.messages import get_messages
from django.urls import reverse

from apps.ganeti.models import Cluster
from contrib.simulator import SimulatedCluster
from tests.ganeti.pages import parsed

Page = Any  # the type in django-stubs is private
ADD = "admin:ganeti_cluster_add"
LIST = "admin:ganeti_cluster_changelist"


def fields(cluster: SimulatedCluster, **changes: str) -> dict[str, str]:
    return {
        "hostname": cluster.host,
        "port": str(cluster.port),
        "slug": "athens",
        "description": "Cluster in the cellar",
        "username": "ganetimgr",
        "new_password": "secret",
        "verification": "fingerprint",
        "fingerprint": "",
        "ca_file": "",
        "use_gnt_network": "on",
        **changes,
    }


def hidden_fields(response: Page) -> dict[str, str]:
    """Return the hidden fields for the next step."""
    page = parsed(response.content.decode())
    return {
        str(field["name"]): str(field.get("value", ""))
        for field in page.select("[name=sealed_password], [name=seen_fingerprint]")
        if field["type"] == "hidden"
    }


def messages_of(response: Page) -> str:
    return " ".join(str(m) for m in get_messages(response.wsgi_request))


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def create_cluster(cluster: SimulatedCluster, **changes: Any) -> Cluster:
    """Save the simulated cluster as a row with correct values."""
    values = {
        "hostname": cluster.host,
        "port": cluster.port,
        "slug": "athens",
        "username": "ganetimgr",
        "fingerprint": formatted_fingerprint(cluster),
        **changes,
    }
    row = Cluster(**values)
    row.password = "secret"
    row.save()
    return row


def formatted_fingerprint(cluster: SimulatedCluster) -> str:
    digits = cluster.fingerprint.upper()
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def change_url(cluster: Cluster) -> str:
    return reverse("admin:ganeti_cluster_change", args=[cluster.pk])
