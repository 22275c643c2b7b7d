"""What the tests of the administration share: a cluster to try, and its pages."""

from typing import Any

from django.contrib.messages import get_messages
from django.urls import reverse

from apps.ganeti.models import Cluster
from contrib.simulator import SimulatedCluster
from tests.ganeti.pages import parsed

Page = Any  # django-stubs' own type for it has no name
ADD = "admin:ganeti_cluster_add"
LIST = "admin:ganeti_cluster_changelist"


def fields(cluster: SimulatedCluster, **others: str) -> dict[str, str]:
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
        **others,
    }


def hidden(response: Page) -> dict[str, str]:
    """Return what the page carries to the next step."""
    page = parsed(response.content.decode())
    return {
        str(field["name"]): str(field.get("value", ""))
        for field in page.select("[name=sealed_password], [name=seen_fingerprint]")
        if field["type"] == "hidden"
    }


def said(response: Page) -> str:
    return " ".join(str(m) for m in get_messages(response.wsgi_request))


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def added(cluster: SimulatedCluster, **others: Any) -> Cluster:
    """Return the simulated cluster as a row that is known to work."""
    values = {
        "hostname": cluster.host,
        "port": cluster.port,
        "slug": "athens",
        "username": "ganetimgr",
        "fingerprint": spelled(cluster),
        **others,
    }
    row = Cluster(**values)
    row.password = "secret"
    row.save()
    return row


def spelled(cluster: SimulatedCluster) -> str:
    digits = cluster.fingerprint.upper()
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def change(cluster: Cluster) -> str:
    return reverse("admin:ganeti_cluster_change", args=[cluster.pk])
