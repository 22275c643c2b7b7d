"""Forms whose inputs have Bootstrap's CSS classes.

Forms that extend one of Django's set ``bound_field_class`` themselves.
"""

from typing import Any

from django import forms
from django.forms.widgets import Input


class BootstrapField(forms.BoundField):
    """A field that adds Bootstrap's class to those of its widget."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        widget = widget or self.field.widget
        if name := _class_of(widget):
            own = widget.attrs.get("class", "")
            attrs = {"class": f"{name} {own}".rstrip(), **attrs}
        return super().build_widget_attrs(attrs, widget)


def _class_of(widget: forms.Widget) -> str:
    """Return a widget's class; empty for third-party ones, such as a CAPTCHA."""
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control" if isinstance(widget, Input | forms.Textarea) else ""


class BootstrapForm(forms.Form):
    bound_field_class = BootstrapField
