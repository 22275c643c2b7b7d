"""The forms behind the administration of clusters and networks."""

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

CONNECTION = frozenset(
    {"hostname", "port", "username", "new_password", "verification"}
    | {"ca_file", "fingerprint"}
)
# Fields that lead through the form and are no part of the cluster.
STEPS = frozenset(
    {"sealed_password", "seen_fingerprint", "certificate_confirmed", "save_anyway"}
)


class ClusterForm(forms.ModelForm[Cluster]):
    """A cluster that is tried before it is saved.

    The form comes back to have the certificate confirmed, with the password sealed in
    it. The field is not called ``password``, which on a cluster is the password in
    clear.
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
        max_length=255,  # openssl's whole line is welcome
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
        # Whether nothing is wrong, and only the next step is still to be taken.
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
        """Whether the cluster is to be tried, and nothing saved."""
        return "_test" in self.data

    @property
    def changed_data(self) -> list[str]:
        """Name what is changed on the cluster, also by a password kept meanwhile."""
        changed = {*super().changed_data} - STEPS
        if self._password:
            changed.add("new_password")
        if self.instance.fingerprint != self.initial.get("fingerprint", ""):
            changed.add("fingerprint")
        return [name for name in self.fields if name in changed]

    def _show(self, field: str, value: str) -> None:
        """Let the form come back with this, whatever was posted."""
        posted = {name: self.data[name] for name in self.data}
        self.data = {**posted, self.add_prefix(field): value}

    # -- each field

    def clean_hostname(self) -> str:
        return validators.hostname(self.cleaned_data["hostname"])

    def clean_slug(self) -> str:
        host = self.cleaned_data.get("hostname", "")
        slug = self.cleaned_data["slug"] or validators.slug_of(host)
        validators.check_slug(slug)
        return slug

    def clean_fingerprint(self) -> str:
        return validators.fingerprint(self.cleaned_data["fingerprint"])

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("verification") == Cluster.Verify.CA_FILE:
            self._check_ca_file()
        if {"hostname", "port"} <= self.cleaned_data.keys():
            self._take_password()
        return self.cleaned_data

    def _check_ca_file(self) -> None:
        try:
            validators.check_ca_file(self.cleaned_data.get("ca_file", ""))
        except ValidationError as exc:
            self.add_error("ca_file", exc)

    # -- the password

    def _take_password(self) -> None:
        """Find the password typed now or a step before; ask where it is needed."""
        given = self.cleaned_data
        self._password = given.get("new_password") or unseal(
            given.get("sealed_password", ""), place=self._place
        )
        sealed = seal(self._password, place=self._place) if self._password else ""
        self._show("sealed_password", sealed)
        if sealed:
            self.fields["new_password"].help_text = _(
                "Already entered and kept for the next step. Enter it again to change "
                "it."
            )
        if given.get("username") and not self._password:
            self._check_kept_password()

    @property
    def _place(self) -> str:
        return f"{self.cleaned_data['hostname']}:{self.cleaned_data['port']}"

    def _check_kept_password(self) -> None:
        """Never send a password anywhere but where it was given for."""
        if not self.instance.password_encrypted:
            self.add_error("new_password", _("Enter this user's password."))
        elif {"hostname", "port"} & {*self.changed_data}:
            self.add_error(
                "new_password",
                _("Enter the password again: it was entered for a different address."),
            )

    # -- trying

    def _post_clean(self) -> None:
        """Try the cluster last, when everything else about the form is right."""
        super()._post_clean()  # type: ignore[misc] # the stubs lack it
        if self.errors:
            return
        self._set_password()
        if self._is_to_be_tried():
            confirmed = self.cleaned_data["certificate_confirmed"]
            seen = self.cleaned_data["seen_fingerprint"] if confirmed else ""
            self.trial = cluster_trial.run(self.instance, confirmed=seen)
            self._take_outcome()
        if self.only_testing and not self.errors:
            self._wait(None, _("Nothing has been saved yet."))

    def _set_password(self) -> None:
        if not self.instance.username:
            self.instance.password = ""
        elif self._password:
            self.instance.password = self._password

    def _is_to_be_tried(self) -> bool:
        if self.only_testing or self.instance.pk is None:
            return True
        pinned = not cluster_trial.is_pinned(self.instance) or self.instance.fingerprint
        return not pinned or not CONNECTION.isdisjoint(self.changed_data)

    def _take_outcome(self) -> None:
        """Let the form come back if the certificate or the cluster needs attention."""
        if self.trial.to_confirm:
            self._ask_to_confirm(self.trial.to_confirm)
            return
        if self.instance.fingerprint != self.cleaned_data["fingerprint"]:
            self._show("fingerprint", self.instance.fingerprint)
        if self.trial.trouble:
            self._fail(self.trial.trouble)

    def _ask_to_confirm(self, certificate: Certificate) -> None:
        self._show("seen_fingerprint", certificate.fingerprint)
        self._show("certificate_confirmed", "")
        self._wait("certificate_confirmed", _("Compare the certificate and confirm."))

    def _wait(self, field: str | None, message: str) -> None:
        """Let the form come back without anything being wrong with it."""
        self.is_waiting = True
        self.add_error(field, message)

    def _fail(self, trouble: CannotConnect) -> None:
        if self.only_testing or not self.cleaned_data["save_anyway"]:
            field = "new_password" if trouble.field == "password" else trouble.field
            self.add_error(field, str(trouble))


class NetworkForm(forms.ModelForm[Network]):
    """A network; each cluster has at most one default."""

    def clean_ipv6_prefix(self) -> str:
        return validators.ipv6_prefix(self.cleaned_data["ipv6_prefix"])

    def clean_cluster_default(self) -> bool:
        wanted: bool = self.cleaned_data["cluster_default"]
        cluster = self.cleaned_data.get("cluster")
        if not wanted or cluster is None:
            return wanted
        others = Network.objects.filter(cluster=cluster, cluster_default=True)
        other = others.exclude(pk=self.instance.pk).first()
        if other is not None:
            raise ValidationError(
                _("“%(network)s” is already the default of %(cluster)s."),
                params={"network": other.description, "cluster": cluster},
            )
        return wanted
