"""Who owns an instance."""

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

LONGEST_NAME = 150


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
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("Exact user name or group name."),
        widget=forms.TextInput(attrs={**VERBATIM, "autocomplete": "off"}),
    )

    def __init__(self, instance: Instance, data: Any = None) -> None:
        super().__init__(data)
        self._instance = instance

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if {"word", "name"} <= given.keys():
            complaint = self._complaint(self.owner)
            if complaint:
                self.add_error("name", complaint)
        return given

    @property
    def owner(self) -> Owner:
        return Owner(self.cleaned_data["word"], self.cleaned_data["name"])

    def _complaint(self, owner: Owner) -> str:
        # One answer for who is not there and who may not log in any more.
        if not owner.exists:
            return _("This user or group doesn't exist.")
        if owner in owners.of(self._instance):
            return _("Already an owner.")
        if not owner.fits_tag:
            return _("Ganeti can't store this name. Ask the staff to change it.")
        return ""


class RemoveOwnerForm(forms.Form):
    owner = LineField(max_length=2 * LONGEST_NAME)
    confirmed = forms.BooleanField(required=False)

    def clean_owner(self) -> Owner:
        owner = Owner.read(self.cleaned_data["owner"])
        if owner is None:
            raise ValidationError(_("This user or group doesn't exist."))
        return owner
