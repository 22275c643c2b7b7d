"""Form of an application for a machine."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import Organization, Profile
from apps.ganeti import images
from apps.ganeti.domain import tags
from apps.ganeti.models import Network
from apps.ganeti.reads import hostnames
from apps.ganeti.reads.hostnames import HostnameStatus
from apps.ganeti.services.owners import Owner
from apps.web.bootstrap import BootstrapForm
from apps.web.fields import VERBATIM, LineField, TextField
from apps.web.mail_addresses import MailAddressField

from ..display import labels
from ..models import InstanceApplication

# Size fields and the settings with their choices.
SIZES = {
    "memory_mib": "APPLICATION_MEMORY_MIB",
    "vcpus": "APPLICATION_VCPUS",
    "disk_gib": "APPLICATION_DISK_GIB",
}
CONTACT = ("contact_name", "contact_email", "contact_phone")
LONGEST_COMMENT = 4000

NO_TAG = gettext_lazy(
    "Ganeti can't store your user name as the owner of a machine: it is "
    "too long, or contains a space or another character that tags don't "
    "allow. Ask the staff to change your user name before you apply."
)

_NAME = {**VERBATIM, "autocomplete": "off", "placeholder": "web1.example.org"}


class ApplicationForm(BootstrapForm):
    """Application form; fields that don't apply to site or applicant are removed."""

    hostname = LineField(
        label=gettext_lazy("Host name"),
        max_length=255,
        help_text=gettext_lazy("Fully qualified domain name. It must not be in use."),
        widget=forms.TextInput(attrs=_NAME),
    )
    memory_mib = forms.TypedChoiceField(label=gettext_lazy("Memory"), coerce=int)
    vcpus = forms.TypedChoiceField(
        label=gettext_lazy("Virtual CPUs"),
        coerce=int,
    )
    disk_gib = forms.TypedChoiceField(label=gettext_lazy("Disk"), coerce=int)
    operating_system = forms.ChoiceField(
        label=gettext_lazy("Operating system"),
        required=False,
        help_text=gettext_lazy(
            "Your SSH keys are installed if the image supports it. If you choose "
            "none, the machine has an empty disk."
        ),
    )
    hosts_mail_server = forms.BooleanField(
        label=gettext_lazy("Hosts a mail server"),
        required=False,
    )
    organization = forms.ModelChoiceField(
        label=gettext_lazy("Organization"),
        queryset=Organization.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
        help_text=gettext_lazy("Organization that the machine is for."),
    )
    contact_name = LineField(
        label=gettext_lazy("Name"),
        max_length=255,
        required=False,
    )
    contact_email = MailAddressField(
        label=gettext_lazy("Email"),
        required=False,
    )
    contact_phone = LineField(
        label=gettext_lazy("Phone"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    network = forms.ModelChoiceField(
        label=gettext_lazy("Network"),
        queryset=Network.objects.none(),
        required=False,
        empty_label=gettext_lazy("Chosen by staff"),
        help_text=gettext_lazy("Networks that your groups can request."),
    )
    comments = TextField(
        label=gettext_lazy("Comments"),
        max_length=LONGEST_COMMENT,
        required=False,
        help_text=gettext_lazy(
            "What the machine is for, and anything else the staff should know."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    terms = forms.BooleanField(
        label=gettext_lazy("I accept the terms of service"),
        error_messages={
            "required": gettext_lazy("You must accept the terms of service.")
        },
    )

    def __init__(self, *args: Any, applicant: User, **kwargs: Any) -> None:
        self.applicant = applicant
        self.findings = HostnameStatus()
        self._images = images.load_catalogue()
        super().__init__(*args, **kwargs)
        self._set_size_choices()
        self._set_image_choices()
        self._set_queryset("organization", Organization.objects.all())
        self._set_queryset("network", networks_of(applicant))
        self._remove_fields()
        self.initial = {**self._initial_values(), **self.initial}

    # -- choices

    def _set_size_choices(self) -> None:
        self._set_choices(
            "memory_mib",
            ((mib, labels.memory(mib)) for mib in settings.APPLICATION_MEMORY_MIB),
        )
        self._set_choices(
            "vcpus", ((count, count) for count in settings.APPLICATION_VCPUS)
        )
        self._set_choices(
            "disk_gib", ((gib, f"{gib} GiB") for gib in settings.APPLICATION_DISK_GIB)
        )

    def _set_image_choices(self) -> None:
        self._set_choices("operating_system", self._images.choices())

    def _set_choices(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = list(choices)

    def _set_queryset(self, name: str, queryset: Any) -> None:
        self._model_field(name).queryset = queryset

    def _remove_fields(self) -> None:
        """Remove the fields that the site doesn't use and those without choices."""
        names: list[str] = []
        if not settings.BRANDING["SHOW_ADMINISTRATIVE_FORM"]:
            names += CONTACT
        if not (
            settings.BRANDING["SHOW_ORGANIZATION_FORM"]
            and self._has_choices("organization")
        ):
            names += ["organization"]
        if not self._has_choices("network"):
            names += ["network"]
        if not settings.FLATPAGES["TOS"]:
            names += ["terms"]
        for name in names:
            del self.fields[name]

    def _has_choices(self, name: str) -> bool:
        queryset = self._model_field(name).queryset
        return queryset is not None and queryset.exists()

    def _model_field(self, name: str) -> "forms.ModelChoiceField[Any]":
        return cast("forms.ModelChoiceField[Any]", self.fields[name])

    def _initial_values(self) -> dict[str, Any]:
        """Return the applicant's data, and the first image of the catalogue."""
        user = self.applicant
        profile = Profile.objects.filter(user=user).first() or Profile(user=user)
        ids = list(self._images.images)
        return {
            "operating_system": ids[0] if ids else "",
            "organization": profile.organization_id,
            "contact_name": user.get_full_name(),
            "contact_email": user.email,
            "contact_phone": profile.phone,
        }

    # -- validation

    def clean_hostname(self) -> str:
        name = hostnames.validate_hostname(self.cleaned_data["hostname"])
        self.findings = hostnames.check(name)
        if self.findings.taken_on:
            raise ValidationError(_("A machine with this name already exists."))
        if self.findings.reserved:
            raise ValidationError(self._reserved_message(name))
        return name

    def _reserved_message(self, name: str) -> str:
        own = InstanceApplication.objects.open().filter(
            hostname=name, applicant=self.applicant
        )
        if own.exists():
            return _("You've already applied for a machine with this name.")
        return _("This name is already requested in another application.")

    def add_name_taken(self) -> None:
        """Add the error for a name that was requested in the meantime."""
        self.add_error(
            "hostname", self._reserved_message(str(self.cleaned_data["hostname"]))
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not Owner(tags.USER, self.applicant.get_username()).fits_tag:
            self.add_error(None, NO_TAG)
        if InstanceApplication.objects.at_limit(self.applicant):
            self.add_too_many_open()
        contact_fields = [name for name in CONTACT if name in self.fields]
        filled = [
            name for name in contact_fields if values.get(name) or name in self.errors
        ]
        if filled:
            self._check_contact(values)
        elif contact_fields and settings.BRANDING["SHOW_ORGANIZATION_FORM"]:
            self._require_organization_or_contact(values)
        return values

    def add_too_many_open(self) -> None:
        """Add the error for too many open applications."""
        limit = settings.MAX_OPEN_APPLICATIONS
        message = ngettext(
            "You already have %(limit)d open application, the maximum. Wait until "
            "it is decided, or withdraw it.",
            "You already have %(limit)d open applications, the maximum. Wait "
            "until one is decided, or withdraw one.",
            limit,
        )
        self.add_error(None, message % {"limit": limit})

    def _check_contact(self, values: dict[str, Any]) -> None:
        if not values.get("contact_name") and "contact_name" not in self.errors:
            self.add_error("contact_name", _("Who is the contact?"))
        reachable = values.get("contact_email") or values.get("contact_phone")
        if not reachable and "contact_email" not in self.errors:
            self.add_error(
                "contact_email", _("Enter an email address, a phone number or both.")
            )

    def _require_organization_or_contact(self, values: dict[str, Any]) -> None:
        if values.get("organization") or "organization" in self.errors:
            return
        if "organization" in self.fields:
            self.add_error(
                "organization", _("Choose an organization or enter a contact.")
            )
        else:
            self.add_error("contact_name", _("Who is the contact?"))

    # -- values

    def application_fields(self) -> dict[str, Any]:
        """Return the fields of the application."""
        return {k: v for k, v in self.cleaned_data.items() if k != "terms"}

    def size(self, name: str) -> int:
        """Return the chosen size, or the smallest if the choice is invalid."""
        try:
            return int(self.fields[name].clean(self[name].value()))
        except ValidationError:
            return min(getattr(settings, SIZES[name]), default=0)

    def contact(self) -> list[BoundField]:
        return [self[name] for name in CONTACT if name in self.fields]


def networks_of(user: User) -> Any:
    """Return the networks offered to the user's groups on clusters open for creation.

    Nothing else is accepted, whatever is posted.
    """
    return (
        Network.objects.filter(
            groups__in=user.groups.all(),
            cluster__disabled=False,
            cluster__disable_instance_creation=False,
        )
        .select_related("cluster")
        .distinct()
    )
