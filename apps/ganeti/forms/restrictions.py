"""Forms for locking, isolation and the whitelist of an isolated instance."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.bootstrap import BootstrapForm
from apps.web.fields import VERBATIM, LineField

from ..domain.instance import Instance
from ..domain.tags import Subnet

_MAPPED = IPv6Network("::ffff:0:0/96")


class SwitchForm(forms.Form):
    """The state that a button requests, on or off.

    Named in the request, so that a second click does not undo the first.
    """

    wanted = forms.ChoiceField(choices=[("on", ""), ("off", "")])


class WhitelistForm(BootstrapForm):
    subnet = LineField(
        label=gettext_lazy("Whitelisted network"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={**VERBATIM, "placeholder": "192.0.2.0/26"}),
    )

    def __init__(self, instance: Instance, data: Any = None) -> None:
        current = instance.tags.whitelist
        super().__init__(data, initial={"subnet": str(current) if current else ""})
        self.fields["subnet"].help_text = _(
            "One address or network, at most /%(v4)s (IPv4) or /%(v6)s (IPv6). An "
            "address with a prefix length means the whole network. Leave empty to "
            "block all access."
        ) % {
            "v4": settings.WHITELIST_IP_MAX_SUBNET_V4,
            "v6": settings.WHITELIST_IP_MAX_SUBNET_V6,
        }

    def clean_subnet(self) -> Subnet | None:
        text = self.cleaned_data["subnet"]
        return _validate_subnet(_parse_subnet(text)) if text else None


def _parse_subnet(text: str) -> Subnet:
    message = _("Enter an address or a network, such as 192.0.2.0/26.")
    if "%" in text:  # a zone ID is an interface of this server
        raise ValidationError(message)
    try:
        return ip_network(text, strict=False)
    except ValueError as exc:
        raise ValidationError(message) from exc


def _validate_subnet(subnet: Subnet) -> Subnet:
    """Refuse networks that are unspecified, IPv4-mapped or too large."""
    if subnet.network_address.is_unspecified:
        raise ValidationError(_("This covers all addresses. Enter a single network."))
    if isinstance(subnet, IPv6Network) and subnet.subnet_of(_MAPPED):
        raise ValidationError(_("This is an IPv4 network. Use IPv4 notation."))
    is_v4 = isinstance(subnet, IPv4Network)
    min_prefix = (
        settings.WHITELIST_IP_MAX_SUBNET_V4
        if is_v4
        else settings.WHITELIST_IP_MAX_SUBNET_V6
    )
    if subnet.prefixlen < min_prefix:
        raise ValidationError(
            _(
                "This network is too large: /%(given)s. The largest allowed is "
                "/%(least)s."
            )
            % {"given": subnet.prefixlen, "least": min_prefix}
        )
    return subnet
