"""Networks of clusters, where gnt-network does not describe them."""

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from .cluster import Cluster


class Network(models.Model):
    """A network of a cluster, with what gnt-network does not know of it."""

    class Mode(models.TextChoices):
        BRIDGED = "bridged", _("bridged")
        ROUTED = "routed", _("routed")

    description = models.CharField(_("description"), max_length=255)
    cluster = models.ForeignKey(
        Cluster, models.CASCADE, verbose_name=_("cluster"), related_name="networks"
    )
    link = models.CharField(_("link"), max_length=255)
    mode = models.CharField(_("mode"), max_length=16, choices=Mode)
    cluster_default = models.BooleanField(_("the cluster's default"), default=False)
    ipv6_prefix = models.CharField(
        _("IPv6 prefix"),
        max_length=43,
        blank=True,
        help_text=_(
            "Instances derive their IPv6 address from it, for example 2001:db8::/64."
        ),
    )
    groups = models.ManyToManyField(
        Group,
        blank=True,
        verbose_name=_("groups"),
        help_text=_("Members of these groups can request this network."),
    )

    class Meta:
        ordering = ["cluster", "description"]
        verbose_name = _("network")
        verbose_name_plural = _("networks")

    def __str__(self) -> str:
        return f"{self.description} ({self.cluster})"
