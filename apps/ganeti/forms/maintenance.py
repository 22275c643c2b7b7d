"""Form that puts a node group under maintenance."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.bootstrap import BootstrapForm
from apps.web.fields import LineField

from ..models import GroupMaintenance


class MaintenanceForm(BootstrapForm):
    reason = LineField(
        label=_("Reason"),
        max_length=GroupMaintenance._meta.get_field("reason").max_length or 0,
        help_text=_("Shown to the owners of machines in the group."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
