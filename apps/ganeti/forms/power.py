"""Forms for shutdown and reboot."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..domain.instance import Instance
from ..rapi.client import RebootKind
from ..rapi.versions import Capability, since
from ..state.snapshots import Contents
from .actions import ActionForm, DescribedRadios

MAX_TIMEOUT_S = 3600
UNSUPPORTED = _(
    "This cluster always waits 120 seconds. Changing it requires Ganeti %(since)s."
)


class ShutdownForm(ActionForm):
    timeout_s = forms.IntegerField(
        label=_("Timeout in seconds"),
        min_value=0,
        max_value=MAX_TIMEOUT_S,
        required=False,
        help_text=_(
            "How long to wait for a clean shutdown before powering off. Default: 120."
        ),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    force = forms.BooleanField(
        label=_("Power off immediately"),
        required=False,
        help_text=_("Like pulling the plug: data not yet written to disk is lost."),
    )

    @classmethod
    def limits_for(cls, _instance: Instance, contents: Contents | None) -> bool:
        """Return whether its Ganeti version supports a timeout."""
        return contents is None or contents.can(Capability.SHUTDOWN_TIMEOUT)

    def apply_limits(self, limits: bool) -> None:
        """Disable the fields if an old Ganeti would ignore them."""
        if limits:
            return
        for field in self.fields.values():
            field.disabled = True
            field.help_text = UNSUPPORTED % {
                "since": since(Capability.SHUTDOWN_TIMEOUT)
            }


class RebootForm(ActionForm):
    DEFAULT: RebootKind = "hard"
    kind = forms.ChoiceField(
        label=_("Type"),
        choices=[("hard", _("Normal")), ("soft", _("Soft")), ("full", _("Full"))],
        initial=DEFAULT,
        required=False,
        widget=DescribedRadios(
            {
                "hard": _(
                    "Shuts the machine down and starts it again on the same node."
                ),
                "soft": _(
                    "Restarts the machine without stopping it, if the hypervisor "
                    "supports it."
                ),
                "full": _("Also deactivates and reactivates the disks."),
            }
        ),
    )

    def options(self) -> dict[str, Any]:
        return {"kind": self.cleaned_data["kind"] or self.DEFAULT}
