"""Forms to log in, and to reset and change passwords."""

from typing import Any

from django.contrib.auth import forms
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
)
from django.core.exceptions import ValidationError
from django.forms import EmailInput, PasswordInput, TextInput
from django.utils.translation import gettext_lazy as _

from apps.web.bootstrap import BootstrapField
from apps.web.fields import PasswordField, UsernameField
from apps.web.mail_addresses import MailAddressField
from apps.web.responses import describe_wait

from ..services import login_throttle, passwords


class LoginForm(forms.AuthenticationForm):
    """User name and password; the error doesn't say which one is wrong."""

    bound_field_class = BootstrapField

    username = UsernameField(
        label=_("User name"), widget=TextInput(attrs={"autofocus": True})
    )
    password = PasswordField(
        label=_("Password"),
        widget=PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    error_messages = {
        "invalid_login": _("Incorrect user name or password. Both are case-sensitive."),
        "inactive": _("This account is inactive."),
        "directory_is_away": _(
            "Your organization's directory isn't responding, so directory "
            "accounts can't log in. Local accounts can. Try again in a moment."
        ),
        "too_many": _(
            "Too many failed login attempts. Try again in %(time)s; until then, "
            "even the right password is refused. If you've forgotten your "
            "password, reset it by email, which also lifts this limit."
        ),
    }
    # Seconds to wait after too many attempts.
    wait_s = 0

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        password = self.cleaned_data.get("password")
        if username and password and self.request:
            attempt = login_throttle.log_in(self.request, username, password)
            self.wait_s, self.user_cache = attempt.wait_s, attempt.user
            if attempt.user is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(attempt.user)
        return self.cleaned_data

    def get_invalid_login_error(self) -> ValidationError:
        """Return the error that says why: too many attempts are not wrong passwords."""
        if self.wait_s:
            return self._error("too_many", time=describe_wait(self.wait_s))
        if getattr(self.request, "directory_is_away", False):
            return self._error("directory_is_away")
        return super().get_invalid_login_error()

    def _error(self, code: str, **values: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code, params=values)


class ResetForm(forms.PasswordResetForm):
    """Request to reset a password, by email address."""

    bound_field_class = BootstrapField

    email = MailAddressField(
        label=_("Email address"),
        widget=EmailInput(attrs={"autocomplete": "email"}),
    )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Email the users with this address what they can do."""
        passwords.send_reset_links(self.cleaned_data["email"])


class NewPasswordForm(forms.SetPasswordForm):  # type: ignore[type-arg]
    """A new password, twice."""

    bound_field_class = BootstrapField

    new_password1 = PasswordField(
        label=_("New password"),
        help_text=password_validators_help_text_html(),
        widget=PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password2 = PasswordField(
        label=_("Confirm new password"),
        widget=PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ChangeForm(NewPasswordForm, forms.PasswordChangeForm):
    """The current password, and a new one."""

    old_password = PasswordField(
        label=_("Current password"),
        widget=PasswordInput(
            attrs={"autocomplete": "current-password", "autofocus": True}
        ),
    )

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not login_throttle.check_own_password(self.user, password):
            code = "password_incorrect"
            raise ValidationError(self.error_messages[code], code)
        return password
