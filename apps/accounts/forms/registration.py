"""Forms to register, to confirm a registration, and to decide on it."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.web.bootstrap import BootstrapForm
from apps.web.fields import LineField, PasswordField, TextField, UsernameField
from apps.web.mail_addresses import MailAddressField

from ..captcha import CaptchaField
from ..models import Organization, UnconfirmedRegistration
from ..services import names, registration
from ..services.names import Claim
from ..services.registration import Applicant

MAX_NAME_LENGTH = 64  # fits into a Ganeti tag

TAKEN = _("This user name is taken. Choose another one.")


class RegistrationForm(BootstrapForm):
    username = UsernameField(
        label=_("User name"),
        max_length=MAX_NAME_LENGTH,
        validators=[ASCIIUsernameValidator(), names.validate],
        help_text=_("Latin letters, digits and @.+-_ only. You can't change it later."),
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none"}
        ),
    )
    email = MailAddressField(
        label=_("Email address"),
        help_text=_("We'll send a confirmation link to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    first_name = LineField(
        label=_("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = LineField(
        label=_("Surname"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    phone = LineField(
        label=_("Phone"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    organization = forms.ModelChoiceField(
        Organization.objects.all(),
        label=_("Organization"),
        required=False,
        empty_label=_("None of these"),
    )
    terms = forms.BooleanField(
        label=_("I have read the terms of service and accept them"),
        error_messages={
            "required": _("You must accept the terms of service to get an account.")
        },
    )
    captcha = CaptchaField()

    def __init__(self, *args: Any, remote: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not Organization.objects.exists():
            del self.fields["organization"]
        if not settings.FLATPAGES.get("TOS"):
            del self.fields["terms"]
        if settings.RECAPTCHA_PUBLIC_KEY:
            cast(CaptchaField, self.fields["captcha"]).remote = remote
        else:
            del self.fields["captcha"]

    def clean_username(self) -> str:
        """Refuse a name that is taken, without saying by what."""
        username: str = self.cleaned_data["username"]
        if not registration.is_name_free(username):
            raise ValidationError(TAKEN)
        return username

    def applicant(self) -> Applicant:
        data = self.cleaned_data
        return Applicant(
            username=data["username"],
            email=data["email"],
            language=get_language() or settings.LANGUAGE_CODE,
            first_name=data["first_name"],
            last_name=data["last_name"],
            phone=data["phone"],
            organization=data.get("organization"),
        )


class PasswordForm(BootstrapForm):
    """The password chosen when the email address is confirmed."""

    password = PasswordField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = PasswordField(
        label=_("Confirm password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(
        self, *args: Any, registration: UnconfirmedRegistration, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._registration = registration
        self.fields["password"].help_text = password_validators_help_text_html()

    def clean(self) -> None:
        password = self.cleaned_data.get("password")
        repeated = self.cleaned_data.get("password_again")
        if password and repeated and password != repeated:
            self.add_error("password_again", _("The passwords don't match."))
        if password:
            self._check(password)

    def _check(self, password: str) -> None:
        fields = ("username", "email", "first_name", "last_name")
        values = {field: getattr(self._registration, field) for field in fields}
        try:
            validate_password(password, User(**values))
        except ValidationError as exc:
            self.add_error("password", exc)


class DecisionForm(BootstrapForm):
    decision = forms.ChoiceField(
        choices=[("approve", _("Approve")), ("refuse", _("Reject"))]
    )
    reason = TextField(
        label=_("Reason for rejection"),
        required=False,
        max_length=2000,
        help_text=_("Optional. Included in the email to the applicant."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    takes_over = forms.BooleanField(
        label=_("Transfer everything owned by this user name to the applicant"),
        required=False,
    )

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._claim = claim
        if claim.certain:
            del self.fields["takes_over"]

    def clean(self) -> None:
        approves = self.cleaned_data.get("decision") == "approve"
        if approves and not (self._claim.certain or self.cleaned_data["takes_over"]):
            self.add_error(
                "takes_over",
                _(
                    "Confirm that the applicant gets everything that belongs to this "
                    "name."
                ),
            )
