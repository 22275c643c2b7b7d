"""How a machine is to be shut down or rebooted."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from ..rapi.client import RebootKind
from ..rapi.versions import Capability, since

LONGEST_TIMEOUT_S = 3600
TOO_OLD = _("Its cluster always waits 120 seconds; this needs Ganeti %(since)s.")


class ShutdownForm(forms.Form):
    """How a machine is shut down; ``timed``: whether its Ganeti lets one choose."""

    timeout_s = forms.IntegerField(
        label=_("Wait for it, seconds"),
        min_value=0,
        max_value=LONGEST_TIMEOUT_S,
        required=False,
        help_text=_(
            "How long it may take by itself before it is switched off; "
            "120 if left empty."
        ),
        widget=forms.NumberInput(
            attrs={"class": "form-control", "inputmode": "numeric"}
        ),
    )
    force = forms.BooleanField(
        label=_("Switch it off at once"),
        required=False,
        help_text=_("Like pulling the plug: what it has not written to disk is lost."),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, timed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not timed:
            for field in self.fields.values():
                field.disabled = True
                field.help_text = TOO_OLD % {
                    "since": since(Capability.SHUTDOWN_TIMEOUT)
                }

    def options(self) -> dict[str, Any]:
        return {
            "timeout_s": self.cleaned_data["timeout_s"],
            "force": self.cleaned_data["force"],
        }


class RebootForm(forms.Form):
    KINDS = (
        (
            "hard",
            _("Normal"),
            _("It is shut down and started again on the same node."),
        ),
        ("soft", _("Soft"), _("It restarts by itself, where its hypervisor can.")),
        (
            "full",
            _("Full"),
            _("Its disks are taken down and put together again as well."),
        ),
    )
    kind = forms.ChoiceField(
        label=_("How"),
        choices=[(kind, label) for kind, label, _help in KINDS],
        initial="hard",
    )

    def options(self) -> dict[str, RebootKind]:
        return {"kind": cast(RebootKind, self.cleaned_data["kind"])}
