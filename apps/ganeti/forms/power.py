"""How a machine is to be shut down or rebooted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..rapi.client import RebootKind
from ..rapi.versions import Capability, since
from .actions import ActionForm, DescribedRadios

LONGEST_TIMEOUT_S = 3600
TOO_OLD = _("Its cluster always waits 120 seconds; this needs Ganeti %(since)s.")


class ShutdownForm(ActionForm):
    timeout_s = forms.IntegerField(
        label=_("Wait for it, seconds"),
        min_value=0,
        max_value=LONGEST_TIMEOUT_S,
        required=False,
        help_text=_(
            "How long it may take by itself before it is switched off; "
            "120 if left empty."
        ),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    force = forms.BooleanField(
        label=_("Switch it off at once"),
        required=False,
        help_text=_("Like pulling the plug: what it has not written to disk is lost."),
    )

    def prepare(self) -> None:
        """Let nobody choose what an old Ganeti would ignore."""
        capability = Capability.SHUTDOWN_TIMEOUT
        if self.contents is None or self.contents.can(capability):
            return
        for field in self.fields.values():
            field.disabled = True
            field.help_text = TOO_OLD % {"since": since(capability)}


class RebootForm(ActionForm):
    DEFAULT: RebootKind = "hard"
    kind = forms.ChoiceField(
        label=_("How"),
        choices=[("hard", _("Normal")), ("soft", _("Soft")), ("full", _("Full"))],
        initial=DEFAULT,
        required=False,
        widget=DescribedRadios(
            {
                "hard": _("It is shut down and started again on the same node."),
                "soft": _("It restarts by itself, where its hypervisor can."),
                "full": _("Its disks are taken down and put together again as well."),
            }
        ),
    )

    def options(self) -> dict[str, Any]:
        return {"kind": self.cleaned_data["kind"] or self.DEFAULT}
