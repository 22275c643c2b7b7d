"""Forms of clusters and networks in the administration."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.fields import LineField, PasswordField

from ..models import Cluster, Network
from ..rapi.certificate import Certificate
from ..services import cluster_trial
from ..services.cluster_check import CannotConnect
from ..services.cluster_trial import ClusterTrial
from . import validators
from .sealed_password import seal, unseal

CONNECTION_FIELDS = frozenset(
    {"hostname", "port", "username", "new_password", "verification"}
    | {"ca_file", "fingerprint"}
)
# Fields for the steps of the form, which are not part of the cluster.
STEP_FIELDS = frozenset(
    {"sealed_password", "seen_fingerprint", "certificate_confirmed", "save_anyway"}
)


class ClusterForm(forms.ModelForm[Cluster]):
    """A cluster whose connection is tested before it is saved.

    The form is shown again to have the certificate confirmed, with the password sealed
    in it. The field is not called ``password``, which on a cluster is the password in
    clear text.
    """

    new_password = PasswordField(
        label=gettext_lazy("RAPI password"),
        required=False,
        max_length=255,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "class": "vTextField"}
        ),
    )
    fingerprint = LineField(
        label=gettext_lazy("SHA-256 fingerprint"),
        required=False,
        max_length=255,  # the whole line of openssl is accepted
        widget=forms.TextInput(attrs={"class": "vTextField", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Leave empty to be shown the certificate, or paste what this prints on the "
            "master node: openssl x509 -in /var/lib/ganeti/rapi.pem -noout "
            "-fingerprint -sha256"
        ),
    )
    sealed_password = LineField(
        max_length=2000, required=False, widget=forms.HiddenInput
    )
    seen_fingerprint = LineField(
        max_length=255, required=False, widget=forms.HiddenInput
    )
    certificate_confirmed = forms.BooleanField(
        label=gettext_lazy("I have verified that this is the cluster's certificate."),
        required=False,
    )
    save_anyway = forms.BooleanField(
        label=gettext_lazy("Save even though the connection fails."), required=False
    )

    class Meta:
        help_texts = {
            "hostname": gettext_lazy(
                "Host name of the RAPI: use the cluster name, which follows the master."
            ),
            "slug": gettext_lazy(
                "Identifies the cluster in pages, URLs and the audit log. Leave empty "
                "to derive it from the host name."
            ),
            "ca_file": gettext_lazy(
                "Path of a PEM file on this server, if one is used."
            ),
            "use_gnt_network": gettext_lazy(
                "Use the networks of the cluster instead of those entered here."
            ),
            "disable_instance_creation": gettext_lazy(
                "No new machines are created here. Existing machines aren't affected."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # For the page and the messages.
        self.trial = ClusterTrial()
        # Whether the form is valid and only waits for the next step.
        self.is_waiting = False
        self._password = ""
        if "slug" in self.fields:
            self.fields["slug"].required = False
        if self.instance.password_encrypted and "new_password" in self.fields:
            self.fields["new_password"].help_text = _(
                "A password is stored encrypted and is never shown. Leave empty to "
                "keep it."
            )

    @property
    def only_testing(self) -> bool:
        """Whether the connection is only tested, and nothing saved."""
        return "_test" in self.data

    @property
    def changed_data(self) -> list[str]:
        """The changed fields, including a password sealed in an earlier step."""
        changed = {*super().changed_data} - STEP_FIELDS
        if self._password:
            changed.add("new_password")
        if self.instance.fingerprint != self.initial.get("fingerprint", ""):
            changed.add("fingerprint")
        return [name for name in self.fields if name in changed]

    def _set_posted_value(self, field: str, value: str) -> None:
        """Replace a posted value in the form that is shown again."""
        posted = {name: self.data[name] for name in self.data}
        self.data = {**posted, self.add_prefix(field): value}

    # -- each field

    def clean_hostname(self) -> str:
        return validators.normalize_hostname(self.cleaned_data["hostname"])

    def clean_slug(self) -> str:
        host = self.cleaned_data.get("hostname", "")
        slug = self.cleaned_data["slug"] or validators.derive_slug(host)
        validators.check_slug(slug)
        return slug

    def clean_fingerprint(self) -> str:
        return validators.normalize_fingerprint(self.cleaned_data["fingerprint"])

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("verification") == Cluster.Verify.CA_FILE:
            self._check_ca_file()
        if {"hostname", "port"} <= self.cleaned_data.keys():
            self._resolve_password()
        return self.cleaned_data

    def _check_ca_file(self) -> None:
        try:
            validators.check_ca_file(self.cleaned_data.get("ca_file", ""))
        except ValidationError as exc:
            self.add_error("ca_file", exc)

    # -- the password

    def _resolve_password(self) -> None:
        """Take the password entered now or in an earlier step; require it if needed."""
        data = self.cleaned_data
        self._password = data.get("new_password") or unseal(
            data.get("sealed_password", ""), address=self._address
        )
        sealed = seal(self._password, address=self._address) if self._password else ""
        self._set_posted_value("sealed_password", sealed)
        if sealed:
            self.fields["new_password"].help_text = _(
                "Already entered and kept for the next step. Enter it again to change "
                "it."
            )
        if data.get("username") and not self._password:
            self._check_stored_password()

    @property
    def _address(self) -> str:
        return f"{self.cleaned_data['hostname']}:{self.cleaned_data['port']}"

    def _check_stored_password(self) -> None:
        """Never send a stored password to another address than it was entered for."""
        if not self.instance.password_encrypted:
            self.add_error("new_password", _("Enter this user's password."))
        elif {"hostname", "port"} & {*self.changed_data}:
            self.add_error(
                "new_password",
                _("Enter the password again: it was entered for a different address."),
            )

    # -- connection test

    def _post_clean(self) -> None:
        """Test the connection last, when everything else in the form is valid."""
        super()._post_clean()  # type: ignore[misc] # the stubs lack it
        if self.errors:
            return
        self._set_password()
        if self._needs_trial():
            confirmed = self.cleaned_data["certificate_confirmed"]
            fingerprint = self.cleaned_data["seen_fingerprint"] if confirmed else ""
            self.trial = cluster_trial.run(self.instance, confirmed=fingerprint)
            self._apply_trial()
        if self.only_testing and not self.errors:
            self._wait(None, _("Nothing has been saved yet."))

    def _set_password(self) -> None:
        if not self.instance.username:
            self.instance.password = ""
        elif self._password:
            self.instance.password = self._password

    def _needs_trial(self) -> bool:
        if self.only_testing or self.instance.pk is None:
            return True
        pinned = not cluster_trial.pins(self.instance) or self.instance.fingerprint
        return not pinned or not CONNECTION_FIELDS.isdisjoint(self.changed_data)

    def _apply_trial(self) -> None:
        """Show the form again if the certificate or the connection needs attention."""
        if self.trial.to_confirm:
            self._ask_to_confirm(self.trial.to_confirm)
            return
        if self.instance.fingerprint != self.cleaned_data["fingerprint"]:
            self._set_posted_value("fingerprint", self.instance.fingerprint)
        if self.trial.trouble:
            self._report_failure(self.trial.trouble)

    def _ask_to_confirm(self, certificate: Certificate) -> None:
        self._set_posted_value("seen_fingerprint", certificate.fingerprint)
        self._set_posted_value("certificate_confirmed", "")
        self._wait("certificate_confirmed", _("Compare the certificate and confirm."))

    def _wait(self, field: str | None, message: str) -> None:
        """Show the form again although it is valid."""
        self.is_waiting = True
        self.add_error(field, message)

    def _report_failure(self, trouble: CannotConnect) -> None:
        if self.only_testing or not self.cleaned_data["save_anyway"]:
            field = "new_password" if trouble.field == "password" else trouble.field
            self.add_error(field, str(trouble))


class NetworkForm(forms.ModelForm[Network]):
    """A network; each cluster has at most one default."""

    def clean_ipv6_prefix(self) -> str:
        return validators.normalize_ipv6_prefix(self.cleaned_data["ipv6_prefix"])

    def clean_cluster_default(self) -> bool:
        is_default: bool = self.cleaned_data["cluster_default"]
        cluster = self.cleaned_data.get("cluster")
        if not is_default or cluster is None:
            return is_default
        defaults = Network.objects.filter(cluster=cluster, cluster_default=True)
        current_default = defaults.exclude(pk=self.instance.pk).first()
        if current_default is not None:
            raise ValidationError(
                _("“%(network)s” is already the default of %(cluster)s."),
                params={"network": current_default.description, "cluster": cluster},
            )
        return is_default
