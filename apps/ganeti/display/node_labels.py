"""Labels of nodes, and addresses of their pages."""

from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from apps.web.lists import Choices

# By Ganeti's letter.
ROLES = Choices(
    {
        "M": pgettext_lazy("node role", "Master"),
        "C": pgettext_lazy("node role", "Master candidate"),
        "R": pgettext_lazy("node role", "Regular"),
        "D": pgettext_lazy("node role", "Drained"),
        "O": pgettext_lazy("node role", "Offline"),
    }
)
# How each is drawn; the stylesheet knows these names.
DOTS = {"M": "ok", "C": "ok", "R": "ok", "D": "half", "O": "slashed"}


def address(cluster: str, node: str) -> str:
    return reverse("ganeti:node-detail", args=(cluster, node))


def monitoring_address(node: str) -> str:
    """Return the page of a node in the monitoring; empty if there is none.

    The setting's validation allows http and https only.
    """
    base: str = settings.SERVER_MONITORING_URL
    return base + quote(node, safe="") if base else ""
