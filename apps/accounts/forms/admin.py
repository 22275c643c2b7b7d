"""Admin forms of users and groups: names, email addresses and privileges."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.web.mail_addresses import MailAddressField

from ..services import mailboxes, names, privileges
from ..services.names import Claim, Kind


class ClaimingForm(forms.ModelForm[Any]):
    """A form that gives a user or group a name, and what belongs to the name.

    The admin sets ``actor``, the user who submits it.
    """

    actor: ClassVar[User]
    kind: ClassVar[Kind]
    name_field: ClassVar[str]
    # Many-to-many fields of privileges that only those who have them may grant.
    privilege_fields: ClassVar[tuple[str, ...]] = ()

    takes_over = forms.BooleanField(
        label=_("Transfer everything owned by this user name"),
        required=False,
        help_text=_(
            "Required if this name already owns machines, if an account with this "
            "name was deleted or renamed, or if a cluster hasn't been read yet."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name = cleaned.get(self.name_field)
        if name and self.takes_name(name):
            self._check_name(name)
        for field in self.privilege_fields:
            if field in cleaned:
                self._check_privileges(field, cleaned[field])
        return cleaned

    def takes_name(self, name: str) -> bool:
        return bool(getattr(self.instance, self.name_field) != name)

    def _check_name(self, name: str) -> None:
        try:
            names.validate(name)
        except ValidationError as exc:
            self.add_error(self.name_field, exc)
        existing = self._meta.model._default_manager.exclude(pk=self.instance.pk)
        if existing.filter(**{f"{self.name_field}__iexact": name}).exists():
            self.add_error(self.name_field, _("This name is taken."))
        claim = names.claim_on(self.kind, name)
        if not (claim.certain or self.cleaned_data.get("takes_over")):
            self.add_error(self.name_field, _warning(claim, self.actor))

    def _check_privileges(self, field: str, current: Iterable[Any]) -> None:
        previous = getattr(self.instance, field).all() if self.instance.pk else ()
        if privileges.exceeds(self.actor, previous, current):
            self.add_error(
                field,
                _("You can only grant or revoke permissions that you have yourself."),
            )


def _warning(claim: Claim, actor: User) -> Any:
    if not actor.is_superuser:
        return _("Only a superuser can assign this name: it may already own something.")
    if claim.machines:
        reason: Any = ngettext_lazy(
            "%(n)d machine already belongs to this name.",
            "%(n)d machines already belong to this name.",
            "n",
        ) % {"n": claim.machines}
    elif claim.former:
        reason = _("An account with this name was deleted or renamed.")
    else:
        reason = ngettext_lazy(
            "%(n)d cluster hasn't been read yet, so its owners are unknown.",
            "%(n)d clusters haven't been read yet, so their owners are unknown.",
            "n",
        ) % {"n": claim.silent}
    return format_lazy(
        "{} {}",
        reason,
        _("If this is intended, tick “Transfer everything owned by this user name”."),
    )


class UserForm(ClaimingForm, UserChangeForm[User]):
    kind = Kind.USER
    name_field = "username"
    privilege_fields = ("groups", "user_permissions")

    email = MailAddressField(label=_("Email address"), required=False)

    def takes_name(self, name: str) -> bool:
        """Tell whether the user gets the name, also by being activated at first."""
        user: User = self.instance
        is_first_time = not user.is_active and user.last_login is None
        activates = is_first_time and bool(self.cleaned_data.get("is_active"))
        return activates or super().takes_name(name)

    def clean_email(self) -> str:
        """Refuse an address that another user has, however it is spelled."""
        email: str = self.cleaned_data["email"]
        if mailboxes.is_taken(email, but=self.instance):
            raise ValidationError(_("Another user has this address."))
        return email


class NewUserForm(ClaimingForm, AdminUserCreationForm):
    kind = Kind.USER
    name_field = "username"


class GroupForm(ClaimingForm):
    kind = Kind.GROUP
    name_field = "name"
    privilege_fields = ("permissions",)

    class Meta:
        model = Group
        fields = ("name", "permissions")
