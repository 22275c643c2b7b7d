"""Forms of people."""

from typing import Any

from django.contrib.auth import forms
from django.utils.translation import gettext_lazy as _


class LoginForm(forms.AuthenticationForm):
    """Name and password; what is wrong with them is not told apart."""

    error_messages = {
        "invalid_login": _(
            "This user name and password do not go together. "
            "Mind that both tell small letters from capitals."
        ),
        "inactive": _("This account is not active."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
