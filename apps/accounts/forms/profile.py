"""Forms of the profile: details, email address, SSH keys."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.validators import RegexValidator
from django.utils.text import format_lazy
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from apps.web.bootstrap import BootstrapForm
from apps.web.fields import LineField, PasswordField, TextField
from apps.web.mail_addresses import MailAddressField
from apps.web.requests import UserRequest

from .. import ssh_public_keys
from ..models import Organization
from ..services import login_throttle, passwords, profiles, ssh_keys
from ..services.ssh_keys import DuplicateKey
from ..ssh_public_keys import KeyLine, ParsedKeys

# As many as a page shows of one kind.
MAX_MESSAGES = 5
PHONE = RegexValidator(
    r"^[0-9+()/., -]*\Z", _("Only digits, spaces and + ( ) / . , - are allowed.")
)


class ProfileForm(BootstrapForm):
    first_name = LineField(
        label=_("First name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = LineField(
        label=_("Surname"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    organization = forms.ModelChoiceField(
        Organization.objects.all(),
        label=_("Organization"),
        required=False,
        empty_label=_("None of these"),
    )
    phone = LineField(
        label=_("Phone"),
        max_length=64,
        required=False,
        validators=[PHONE],
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("Email language"),
        required=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(user))
        super().__init__(*args, **kwargs)
        if not Organization.objects.exists():
            del self.fields["organization"]
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)  # noqa: S101 - told to mypy
        language.choices = _languages()


def _languages() -> list[tuple[str, Any]]:
    """Return the languages by their own names, the site default first."""
    site = get_language_info(settings.LANGUAGE_CODE)["name_local"].capitalize()
    return [
        ("", format_lazy("{} ({})", _("Site default"), site)),
        *(
            (code, get_language_info(code)["name_local"].capitalize())
            for code, _name in settings.LANGUAGES
        ),
    ]


def _initial(user: User) -> dict[str, Any]:
    profile = profiles.profile_of(user)
    return {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "organization": profile.organization_id,
        "phone": profile.phone,
        "language": profiles.chosen_language(user),
    }


class MailForm(BootstrapForm):
    """A new email address, confirmed by the password, be it the directory's."""

    address = MailAddressField(
        label=_("New address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = PasswordField(
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: UserRequest) -> None:
        super().__init__(*args)
        self._request, self._user = request, request.user
        if not passwords.is_local(request.user):
            self.fields["address"].help_text = _(
                "If your organization's directory has an address for you, it replaces "
                "this one each time you enter your password."
            )

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if address == self._user.email:
            raise forms.ValidationError(_("This is already your address."))
        return address

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not login_throttle.check_own_password(self._user, password, self._request):
            raise forms.ValidationError(self._refusal_reason())
        return password

    def _refusal_reason(self) -> Any:
        if getattr(self._request, "directory_is_away", False):
            return _("Your organization's directory isn't responding.")
        return _("Incorrect password.")


class KeysForm(BootstrapForm):
    """Several keys at once; errors are reported by line."""

    keys = TextField(
        label=_("Public keys"),
        max_length=ssh_public_keys.MAX_TEXT_LENGTH,
        strip=False,
        help_text=_(
            "One per line, as in ~/.ssh/id_ed25519.pub, or between BEGIN and END "
            "lines. Supported: Ed25519, ECDSA, RSA of at least 2048 bits, and "
            "security keys (sk-)."
        ),
        widget=forms.Textarea(
            attrs={
                "class": "keys-input",
                "rows": 4,
                "spellcheck": "false",
                "autocomplete": "off",
                "autocapitalize": "off",
            }
        ),
    )
    lines: list[KeyLine]
    repeated: list[tuple[int, int]]
    duplicates: list[DuplicateKey]

    def __init__(self, *args: Any, user: User) -> None:
        super().__init__(*args)
        self._user = user
        self.lines, self.repeated, self.duplicates = [], [], []

    def clean_keys(self) -> str:
        text: str = self.cleaned_data["keys"]
        parsed = ssh_public_keys.read(text)
        if parsed.problems:
            raise forms.ValidationError(_problems(parsed))
        self._select_new(parsed)
        return text

    def _select_new(self, parsed: ParsedKeys) -> None:
        """Separate new keys from those that the user already has."""
        if not parsed.is_whole:
            raise forms.ValidationError(
                _("You can add at most %(most)d keys at once.")
                % {"most": ssh_public_keys.MAX_KEYS}
            )
        if not parsed.lines:
            raise forms.ValidationError(_("This text contains no key."))
        self.repeated = parsed.repeated
        self.duplicates = ssh_keys.duplicates(self._user, parsed.lines)
        numbers = {duplicate.number for duplicate in self.duplicates}
        self.lines = [line for line in parsed.lines if line.number not in numbers]
        if not self.lines:
            raise forms.ValidationError(self.describe_duplicates())
        if self._user.ssh_keys.count() + len(self.lines) > ssh_keys.MAX_KEYS:
            raise forms.ValidationError(
                _("You can have at most %(most)d keys. Delete some first.")
                % {"most": ssh_keys.MAX_KEYS}
            )

    def describe_duplicates(self) -> list[str]:
        """Describe the first lines with duplicate keys."""
        lines = [
            *(
                gettext("Line %(number)d: you already have this key, as %(name)s.")
                % {
                    "number": duplicate.number,
                    "name": ssh_keys.name_of(duplicate.key),
                }
                for duplicate in self.duplicates
            ),
            *(
                gettext("Line %(number)d: this key is also on line %(other)d.")
                % {"number": number, "other": other}
                for number, other in self.repeated
            ),
        ]
        more = [gettext("More lines have errors.")]
        return lines[:MAX_MESSAGES] + more * (len(lines) > MAX_MESSAGES)

    def discard_secrets(self) -> bool:
        """Discard the posted text if it may hold a private key; return whether."""
        text = self.data.get("keys", "")
        if len(text) > self.fields["keys"].max_raw_length:  # type: ignore[attr-defined]
            reason = gettext("This is too long. Nothing was saved.")
        elif ssh_public_keys.holds_secrets(text):
            reason = gettext(
                "This text contains a private key or part of one. Nothing was saved, "
                "but the key has left your computer and is no longer secret. Generate "
                "a new key pair and paste the contents of the .pub file."
            )
        else:
            return False
        self.data = {}
        self.full_clean()
        self.errors["keys"] = self.error_class([reason])
        return True


def _problems(parsed: ParsedKeys) -> list[str]:
    lines = [
        gettext("Line %(number)d: %(reason)s")
        % {"number": problem.number, "reason": problem.reason}
        for problem in parsed.problems
    ]
    if not parsed.is_whole:
        lines.append(gettext("Later lines weren't checked."))
    return lines
