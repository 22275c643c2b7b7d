"""Form fields for untrusted text, which check its length before any other work."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from . import text

MAX_USERNAME_LENGTH = 150
MAX_PASSWORD_LENGTH = 4096
# Attributes of inputs for names and addresses, which browsers must not correct.
VERBATIM = {"autocapitalize": "none", "spellcheck": "false"}

no_control_characters = RegexValidator(
    text.CONTROL_CHARACTERS,
    _("Line breaks and control characters aren't allowed."),
    code="control_characters",
    inverse_match=True,
)
no_control_characters_in_text = RegexValidator(
    text.CONTROL_CHARACTERS_IN_TEXT,
    _("Control characters aren't allowed."),
    code="control_characters",
    inverse_match=True,
)


class BoundedField(forms.CharField):
    """A text whose raw length is checked before any other processing.

    ``raw_factor`` is how many times longer than ``max_length`` the posted text may be.
    """

    raw_factor = 1

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.max_raw_length = max_length * self.raw_factor

    def to_python(self, value: Any) -> str | None:
        if isinstance(value, str):
            MaxLengthValidator(self.max_raw_length)(value)
        return super().to_python(value)


class LineField(BoundedField):
    """A single line of text, without control characters."""

    default_validators = [no_control_characters]


class TextField(BoundedField):
    """Text of several lines; line breaks are kept as line feeds."""

    default_validators = [no_control_characters_in_text]
    widget = forms.Textarea
    # Browsers count a line break as one character and send two.
    raw_factor = 2

    def to_python(self, value: Any) -> str | None:
        cleaned = super().to_python(value)
        return cleaned.replace("\r\n", "\n").replace("\r", "\n") if cleaned else cleaned


class UsernameField(LineField):
    """A user name in its NFKC form, as Django keeps it."""

    def __init__(self, *, max_length: int = MAX_USERNAME_LENGTH, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str | None:
        cleaned = super().to_python(value)
        if not cleaned:
            return cleaned
        return text.normalize(cleaned, max_length=self.max_raw_length)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            **super().widget_attrs(widget),
            "autocapitalize": "none",
            "autocomplete": "username",
        }


class PasswordField(BoundedField):
    """A password, kept as it was typed."""

    widget = forms.PasswordInput

    def __init__(self, *, max_length: int = MAX_PASSWORD_LENGTH, **kwargs: Any) -> None:
        kwargs.setdefault("strip", False)
        super().__init__(max_length=max_length, **kwargs)
