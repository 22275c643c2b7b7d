"""Forms that add and remove owners of an instance."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.web.bootstrap import BootstrapForm
from apps.web.fields import VERBATIM, LineField

from ..domain import tags
from ..domain.instance import Instance
from ..services import owners
from ..services.owners import Owner

MAX_NAME_LENGTH = 150


class AddOwnerForm(BootstrapForm):
    word = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            (tags.USER, pgettext_lazy("owner", "User")),
            (tags.GROUP, pgettext_lazy("owner", "Group")),
        ],
    )
    name = LineField(
        label=gettext_lazy("Name"),
        max_length=MAX_NAME_LENGTH,
        help_text=gettext_lazy("Exact user name or group name."),
        widget=forms.TextInput(attrs={**VERBATIM, "autocomplete": "off"}),
    )

    def __init__(self, instance: Instance, data: Any = None) -> None:
        super().__init__(data)
        self._instance = instance

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or {}
        if {"word", "name"} <= cleaned_data.keys():
            error = self._error_of(self.owner)
            if error:
                self.add_error("name", error)
        return cleaned_data

    @property
    def owner(self) -> Owner:
        return Owner(self.cleaned_data["word"], self.cleaned_data["name"])

    def _error_of(self, owner: Owner) -> str:
        # The same answer for missing and for inactive accounts.
        if not owner.exists:
            return _("This user or group doesn't exist.")
        if owner in owners.of(self._instance):
            return _("Already an owner.")
        if not owner.fits_tag:
            return _("Ganeti can't store this name. Ask the staff to change it.")
        return ""


class RemoveOwnerForm(forms.Form):
    owner = LineField(max_length=2 * MAX_NAME_LENGTH)
    confirmed = forms.BooleanField(required=False)

    def clean_owner(self) -> Owner:
        owner = Owner.read(self.cleaned_data["owner"])
        if owner is None:
            raise ValidationError(_("This user or group doesn't exist."))
        return owner
