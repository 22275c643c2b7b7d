"""Forms of the review of an application."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Organization
from apps.ganeti import images
from apps.ganeti.domain import tags
from apps.ganeti.domain.creation import EXTERNAL, IN_VOLUME_GROUPS
from apps.ganeti.reads import hostnames
from apps.ganeti.services.owners import Owner
from apps.web.bootstrap import BootstrapForm
from apps.web.fields import VERBATIM, LineField, TextField

from ..display.placement_panel import (
    MAX_DISK_GIB,
    MAX_MEMORY_MIB,
    MAX_VCPUS,
    PLACES,
    Panel,
)
from ..models import InstanceApplication
from ..services import building

LONGEST_COMMENT = 4000

_NAME = {**VERBATIM, "autocomplete": "off"}
# Of names on a cluster: longer than any in Ganeti.
MAX_NAME_LENGTH = 255
_COMMENT = {"rows": 3}

NO_TAG = gettext_lazy(
    "Ganeti can't store the owner's user name: tags allow only letters, "
    "digits and .+*/:@_-, up to 128 characters. Rename the user first."
)


def _size_field(label: Any, most: int) -> forms.IntegerField:
    attrs = {"class": "changes-offer", "inputmode": "numeric"}
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        widget=forms.NumberInput(attrs=attrs),
    )


def _name_field(label: Any) -> LineField:
    return LineField(label=label, max_length=MAX_NAME_LENGTH, required=False)


class ReviewForm(BootstrapForm):
    """The application's specification and its placement.

    Bound with ``data``; with ``initial`` alone it only shows that. Either way the panel
    has the matching options. Choices are checked against the cluster's snapshot, never
    against the options of the page: those came from the browser too.
    """

    fast_first = False

    hostname = LineField(
        label=gettext_lazy("Host name"),
        max_length=255,
        widget=forms.TextInput(attrs=_NAME),
    )
    memory_mib = _size_field(gettext_lazy("Memory, MiB"), MAX_MEMORY_MIB)
    vcpus = _size_field(gettext_lazy("Virtual CPUs"), MAX_VCPUS)
    disk_gib = _size_field(gettext_lazy("Disk, GiB"), MAX_DISK_GIB)
    operating_system = forms.ChoiceField(
        label=gettext_lazy("Operating system"),
        required=False,
    )
    organization = forms.ModelChoiceField(
        label=gettext_lazy("Organization"),
        queryset=Organization.objects.all(),
        required=False,
        empty_label=gettext_lazy("None"),
    )
    hosts_mail_server = forms.BooleanField(
        label=gettext_lazy("Hosts a mail server"),
        required=False,
    )
    cluster = LineField(
        label=gettext_lazy("Cluster"),
        max_length=MAX_NAME_LENGTH,
        error_messages={"required": gettext_lazy("Choose a cluster.")},
    )
    # Slug of the cluster whose options the page showed.
    shown = LineField(max_length=MAX_NAME_LENGTH, required=False)
    node_group = _name_field(gettext_lazy("Node group"))
    nic_network = _name_field(gettext_lazy("Network"))
    storage = _name_field(gettext_lazy("Disk template"))
    volume_group = _name_field(gettext_lazy("Volume group"))
    admin_comments = TextField(
        label=gettext_lazy("Staff comments"),
        max_length=LONGEST_COMMENT,
        required=False,
        help_text=gettext_lazy("Not visible to the applicant."),
        widget=forms.Textarea(attrs=_COMMENT),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        application: InstanceApplication,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.application = application
        self.panel = Panel(
            self.initial if data is None else as_typed(data),
            requested_network=application.network,
            fast_first=self.fast_first,
        )
        self._set_image_choices()

    def _set_image_choices(self) -> None:
        """Set the image choices; the requested image stays listed if it is gone."""
        field = self.fields["operating_system"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for mypy
        catalogue = images.load_catalogue()
        choices = catalogue.choices()
        key = self.application.operating_system
        if key and catalogue.find(key) is None:
            choices.append((key, _("%(image)s (no longer available)") % {"image": key}))
        field.choices = choices

    # -- validation

    def clean_hostname(self) -> str:
        name = hostnames.validate_hostname(self.cleaned_data["hostname"])
        self._check_left_behind(name)
        status = hostnames.check(name, apart_from=self.application.pk)
        if status.reserved:
            raise ValidationError(_("Another application requests this name."))
        if status.taken_on and not self._left_behind:
            message = _("A machine with this name already exists on %(cluster)s.")
            raise ValidationError(message % {"cluster": status.taken_on})
        return name

    @property
    def _left_behind(self) -> bool:
        """Whether a failed build left a machine behind, which is removed first."""
        return bool(self.application.pk and building.left_behind(self.application))

    def _check_left_behind(self, name: str) -> None:
        if name != self.application.hostname and self._left_behind:
            raise ValidationError(
                _(
                    "The failed build left a machine behind under the old name. It is "
                    "removed when you submit the application again under that name."
                )
            )

    def clean_operating_system(self) -> str:
        key: str = self.cleaned_data["operating_system"]
        if key and images.load_catalogue().find(key) is None:
            raise ValidationError(_("This image no longer exists."))
        return key

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not Owner(tags.USER, self.application.applicant.get_username()).fits_tag:
            self.add_error(None, NO_TAG)
        if values.get("cluster"):
            self._check_cluster(values)
        if "cluster" not in self.errors:
            for place in PLACES:
                self._check_place(place, values)
        return values

    def _check_cluster(self, values: dict[str, Any]) -> None:
        if self.panel.snapshot is None:
            self.add_error("cluster", _("This cluster doesn't exist."))
        elif self.panel.cluster_off:
            self.add_error("cluster", str(self.panel.cluster_off))
        elif values.get("shown") != values["cluster"]:
            self.add_error(
                "cluster", _("Choose from this cluster's options, now shown below.")
            )

    def _check_place(self, place: str, values: dict[str, Any]) -> None:
        """Check a choice against the cluster's options."""
        choices = {choice.value: choice for choice in self.panel.choices(place)}
        if place not in self.data and place in {"nic_network", "storage"}:
            self.add_error(place, _("Choose an option."))
        elif (choice := choices.get(values.get(place, ""))) is None:
            self.add_error(place, _("This isn't one of the available choices."))
        elif choice.unavailable_reason:
            self.add_error(place, str(choice.unavailable_reason))

    def decided(self) -> dict[str, Any]:
        """Return the fields of the application."""
        values = dict(self.cleaned_data)
        template, _colon, provider = values.pop("storage").partition(":")
        values.pop("shown")
        values.pop("owner", None)
        snapshot = self.panel.snapshot
        return {
            **values,
            "cluster": snapshot.cluster if snapshot else None,
            "disk_template": template,
            "storage_provider": provider if template == EXTERNAL else "",
            "volume_group": (
                values["volume_group"] if template in IN_VOLUME_GROUPS else ""
            ),
        }

    def add_name_taken(self) -> None:
        """Add the error for a name that was requested in the meantime."""
        self.add_error("hostname", _("Another application requests this name."))


class CreateForm(ReviewForm):
    """Review form with an owner, for a machine without an application."""

    fast_first = True
    owner = LineField(
        label=gettext_lazy("Owner"),
        max_length=150,
        help_text=gettext_lazy("Exact user name."),
        widget=forms.TextInput(attrs=_NAME),
    )

    def clean_owner(self) -> User:
        name = self.cleaned_data["owner"]
        user = User.objects.filter(username=name, is_active=True).first()
        # Some databases compare names case-insensitively.
        if user is None or user.get_username() != name:
            raise ValidationError(_("This user doesn't exist or isn't active."))
        if not Owner(tags.USER, name).fits_tag:
            raise ValidationError(NO_TAG)
        return user


class CommentForm(BootstrapForm):
    """Staff comments that go with any decision."""

    admin_comments = TextField(max_length=LONGEST_COMMENT, required=False)


class RefusalForm(CommentForm):
    """Reason of a rejection, sent to the applicant."""

    refusal_reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_COMMENT,
        required=True,
        help_text=gettext_lazy("Sent to the applicant as written."),
        widget=forms.Textarea(attrs=_COMMENT),
        error_messages={"required": gettext_lazy("Enter a reason for the applicant.")},
    )


def as_filed(application: InstanceApplication) -> dict[str, Any]:
    """Return the initial values for an application as filed, or as decided before."""
    cluster, template = application.cluster, application.disk_template
    provider = application.storage_provider
    names = ("hostname", "memory_mib", "vcpus", "disk_gib", "operating_system")
    filed = {name: getattr(application, name) for name in names}
    filed |= {
        "hosts_mail_server": application.hosts_mail_server,
        "organization": application.organization_id,
        "admin_comments": application.admin_comments,
    }
    if cluster is None:
        return filed
    return filed | {
        "cluster": cluster.slug,
        "node_group": application.node_group,
        "nic_network": application.nic_network,
        "storage": f"{template}:{provider}" if provider else template,
        "volume_group": application.volume_group,
    }


def as_typed(data: QueryDict) -> dict[str, Any]:
    """Return the posted values as initial values, not validated."""
    return {**data.dict(), "hosts_mail_server": "hosts_mail_server" in data}
