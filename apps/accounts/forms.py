"""Forms of people."""

from typing import Any

from django.contrib.auth import forms
from django.core.exceptions import ValidationError
from django.forms import EmailInput
from django.utils.translation import gettext_lazy as _

from apps.web.mail_addresses import MailAddressField

from . import limits, passwords


class LoginForm(forms.AuthenticationForm):
    """Name and password; what is wrong with them is not told apart."""

    error_messages = {
        "invalid_login": _(
            "This user name and password do not go together. "
            "Mind that both tell small letters from capitals."
        ),
        "inactive": _("This account is not active."),
        "directory_is_away": _(
            "The directory of your organization does not answer now, so that its "
            "accounts cannot log in. Accounts made here can. Try again in a moment."
        ),
        "too_many": _(
            "Too many wrong passwords for this account from where you are. Wait "
            "%(time)s; even the right password does not help before that. If you "
            "have forgotten it, set a new one by mail, which ends the wait."
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def get_invalid_login_error(self) -> ValidationError:
        """Say why it was no: nobody looked at a password that came too late."""
        code = ""
        values = {}
        if self.request and getattr(self.request, "axes_locked_out", False):
            code = "too_many"
            username = self.cleaned_data["username"]
            values = {"time": limits.how_long(self.request, username)}
        elif getattr(self.request, "directory_is_away", False):
            code = "directory_is_away"
        if code:
            return ValidationError(self.error_messages[code], code, params=values)
        return super().get_invalid_login_error()


class ResetForm(forms.PasswordResetForm):
    """Whose password is forgotten, by mail address."""

    email = MailAddressField(
        label=_("Mail address"),
        widget=EmailInput(attrs={"autocomplete": "email", "class": "form-control"}),
    )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write to those who have this address, whatever there is to say to them."""
        passwords.forgotten(self.cleaned_data["email"])


class NewPasswordForm(forms.SetPasswordForm):  # type: ignore[type-arg]
    """A new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("New password again")
        self.fields["new_password2"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class ChangeForm(NewPasswordForm, forms.PasswordChangeForm):
    """The password that one has, and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Current password")
