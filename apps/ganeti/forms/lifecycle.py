"""Forms for reinstalling, renaming and destroying an instance."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.bootstrap import BootstrapForm
from apps.web.fields import VERBATIM, LineField

from ..domain.instance import Instance
from ..domain.osimage import OsImage
from ..models.action_request import RequestedAction
from ..reads import hostnames
from ..services import lifecycle
from ..services.lifecycle import Wish

TYPED_ATTRS = {**VERBATIM, "autocomplete": "off"}


class DestroyForm(BootstrapForm):
    """Confirmation by typing the name of the instance."""

    action = RequestedAction.DESTROY
    field_order = ("image", "new_name", "typed_name")

    typed_name = LineField(
        label=gettext_lazy("Machine name"),
        max_length=255,
        widget=forms.TextInput(attrs=TYPED_ATTRS),
    )

    def __init__(self, *args: Any, instance: Instance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance = instance
        self.fields["typed_name"].help_text = _("Type %(name)s to confirm.") % {
            "name": instance.name
        }

    def clean_typed_name(self) -> str:
        typed: str = self.cleaned_data["typed_name"]
        if typed.lower() != self.instance.name.lower():
            raise ValidationError(
                _("This doesn't match the machine's name, %(name)s.")
                % {"name": self.instance.name}
            )
        return typed

    def wish(self) -> Wish:
        return Wish(self.action)


class ReinstallForm(DestroyForm):
    action = RequestedAction.REINSTALL

    image = forms.ChoiceField(
        label=gettext_lazy("Operating system"),
        error_messages={
            "invalid_choice": gettext_lazy("Choose one of the available images."),
            "required": gettext_lazy("Choose one of the available images."),
        },
    )

    def __init__(self, *args: Any, instance: Instance, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        current = lifecycle.current_image(instance)
        self.images = [
            image for image in lifecycle.offered_images() if image != current
        ]
        if current:
            self.images.insert(0, current)
        choices = [(image.id, _label(image, current)) for image in self.images]
        if current is None:
            choices.insert(0, ("", _("Choose one")))
        self.fields["image"].choices = choices  # type: ignore[attr-defined]

    def wish(self) -> Wish:
        return Wish(self.action, image=self.cleaned_data["image"])


def _label(image: OsImage, current: OsImage | None) -> str:
    if image == current:
        return _("%(image)s (current)") % {"image": image.description}
    return image.description


class RenameForm(DestroyForm):
    action = RequestedAction.RENAME

    new_name = LineField(
        label=gettext_lazy("New name"),
        max_length=255,
        help_text=gettext_lazy("Fully qualified, such as web1.example.org."),
        widget=forms.TextInput(attrs=TYPED_ATTRS),
    )

    def clean_new_name(self) -> str:
        name = hostnames.validate_hostname(self.cleaned_data["new_name"])
        if name == self.instance.name:
            raise ValidationError(_("The machine already has this name."))
        if not hostnames.check(name).free:
            raise ValidationError(
                _("This name is already in use or requested in an application.")
            )
        return name

    def wish(self) -> Wish:
        return Wish(self.action, new_name=self.cleaned_data["new_name"])


FORMS: dict[RequestedAction, type[DestroyForm]] = {
    form.action: form for form in (ReinstallForm, RenameForm, DestroyForm)
}
