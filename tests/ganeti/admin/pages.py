"""What the tests of the administration share: a cluster to try, and its pages."""

import re
from html import unescape
from typing import Any

from django.contrib.messages import get_messages
from django.urls import reverse

from apps.ganeti.models import Cluster
from contrib.simulator import SimulatedCluster

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
    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', response.content.decode()):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        found[attributes["name"]] = unescape(attributes.get("value", ""))
    names = {"sealed_password", "seen_fingerprint"}
    return {name: value for name, value in found.items() if name in names}


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
