"""Organizations in the administration, and users with all that is known of them."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangosUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from apps.auditlog.origin import acting

from . import passwords
from .models import Organization, Profile, SshKey
from .sshkeys import describe, md5_of


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin[Organization]):
    list_display = ["title", "tag", "website", "email", "phone"]
    search_fields = ["title", "tag", "website", "email", "phone", "users__username"]
    search_help_text = _("Title, tag, website, mail, phone or user.")
    filter_horizontal = ["users"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


class ProfileInline(admin.StackedInline[Profile, User]):
    model = Profile
    can_delete = False
    fields = ["organization", "phone"]
    verbose_name_plural = _("Profile")


class SshKeyInline(admin.TabularInline[SshKey, User]):
    """Keys to be looked at: nobody but their owner adds or deletes them."""

    model = SshKey
    readonly_fields = ["comment", "kind", "fingerprints", "added_at"]
    fields = [*readonly_fields]
    extra = 0
    can_delete = False

    @admin.display(description=_("kind"))
    def kind(self, key: SshKey) -> str:
        return describe(key.key)

    @admin.display(description=_("fingerprints"))
    def fingerprints(self, key: SshKey) -> SafeString:
        return format_html("SHA256:{}<br>MD5:{}", key.fingerprint, md5_of(key.key))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UserForm(UserChangeForm[User]):
    def clean_email(self) -> str:
        """Take no address that somebody else has, however it is spelled."""
        email: str = self.cleaned_data["email"]
        others = User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk)
        if email and others.exists():
            raise ValidationError(_("Another user has this address."))
        return email


admin.site.unregister(User)


@admin.register(User)
class UserAdmin(DjangosUserAdmin[User]):
    form = UserForm
    inlines = [ProfileInline, SshKeyInline]
    list_display = ["username", "email", "first_name", "last_name", "organization"]
    list_display += ["is_active", "is_staff", "last_login"]
    list_filter = [*DjangosUserAdmin.list_filter, "profile__organization"]
    list_select_related = ["profile__organization"]
    search_fields = ["username", "first_name", "last_name", "email", "profile__phone"]
    search_fields += ["profile__organization__title", "ssh_keys__fingerprint"]
    search_help_text = _(
        "User name, name, mail, phone, organization or an SSH key's fingerprint."
    )

    @method_decorator(sensitive_post_parameters())
    @transaction.atomic
    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - Django's name
        form_url: str = "",
    ) -> HttpResponse:
        """Tell whose password was set, as wherever a password changes."""
        user = self.get_object(request, id)
        before = user.password if user else ""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if user is not None:
            user.refresh_from_db()
            if user.password != before:
                by = acting(request)
                own = user == by.user
                action = passwords.CHANGED if own else passwords.SET_BY_STAFF
                request.session.save()
                keep = request.session.session_key if own else None
                passwords.changed(by, action, keep=keep, user=user)
        return response

    @admin.display(
        description=_("organization"), ordering="profile__organization__title"
    )
    def organization(self, user: User) -> str:
        profile = getattr(user, "profile", None)
        return str(profile.organization or "") if profile else ""

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        """Show nothing more until the user is there."""
        return list(super().get_inlines(request, obj)) if obj else []
