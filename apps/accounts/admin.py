"""Admin of organizations, groups and users."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangosGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangosUserAdmin
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from apps.auditlog.actor import acting
from apps.web.fields import LineField
from apps.web.mail_addresses import MailAddressField

from .forms.admin import GroupForm, NewUserForm, UserForm
from .models import Organization, Profile, SshKey
from .services import names, passwords, privileges
from .ssh_public_keys import describe, md5_of

# One line each, without control characters, and one form of email addresses.
FIELD_CLASSES: dict[Any, dict[str, Any]] = {
    models.CharField: {"form_class": LineField},
    models.EmailField: {"form_class": MailAddressField},
    models.URLField: {"assume_scheme": "https"},
}


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin[Organization]):
    list_display = ["title", "tag", "website", "email", "phone"]
    search_fields = ["title", "tag", "website", "email", "phone", "users__username"]
    search_help_text = _("Search by title, tag, website, email, phone or user.")
    filter_horizontal = ["users"]
    formfield_overrides = FIELD_CLASSES


class ProfileInline(admin.StackedInline[Profile, User]):
    model = Profile
    formfield_overrides = FIELD_CLASSES
    can_delete = False
    fields = ["organization", "phone"]
    verbose_name_plural = _("Profile")


class SshKeyInline(admin.TabularInline[SshKey, User]):
    """Read-only keys: only their owner adds and deletes them."""

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


class AccountsAdmin(admin.ModelAdmin[Any]):
    """Base class of the admin of users and of groups.

    See `forms.admin` and `services.privileges`.
    """

    formfield_overrides = FIELD_CLASSES

    def may_change(self, actor: User, obj: Any) -> bool:
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self.may_change(_actor(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or self.may_change(_actor(request), obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Offer superusers to transfer what belongs to a name."""
        fieldsets = list(super().get_fieldsets(request, obj))
        if _actor(request).is_superuser:
            title, options = fieldsets[0]
            fields = [*options["fields"]]
            if "takes_over" not in fields:
                fields.insert(1, "takes_over")
            fieldsets[0] = (title, {**options, "fields": fields})
        return fieldsets

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.actor = _actor(request)
        if not form.actor.is_superuser:
            form.base_fields.pop("takes_over", None)
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Report at its field what a concurrent request has just taken."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            return super().changeform_view(request, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if change and form.name_field in form.changed_data:
            names.reserve(form.kind, form.initial[form.name_field])


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(AccountsAdmin, DjangosGroupAdmin):
    form = GroupForm

    def may_change(self, actor: User, obj: Group) -> bool:
        return privileges.may_change_group(actor, obj)


@admin.register(User)
class UserAdmin(AccountsAdmin, DjangosUserAdmin[User]):
    form = UserForm
    add_form = NewUserForm
    inlines = [ProfileInline, SshKeyInline]
    list_display = ["username", "email", "first_name", "last_name", "organization"]
    list_display += ["is_active", "is_staff", "last_login"]
    list_filter = [*DjangosUserAdmin.list_filter, "profile__organization"]
    list_select_related = ["profile__organization"]
    search_fields = ["username", "first_name", "last_name", "email", "profile__phone"]
    search_fields += ["profile__organization__title", "ssh_keys__fingerprint"]
    search_help_text = _(
        "Search by user name, name, email, phone, organization or SSH key fingerprint."
    )

    @method_decorator(sensitive_post_parameters())
    @transaction.atomic
    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - Django's name
        form_url: str = "",
    ) -> HttpResponse:
        """Notify the user, as whenever a password changes.

        One's own password is changed on our page, which asks for the current one.
        """
        user = self.get_object(request, unquote(id))
        if user == request.user:
            return redirect("accounts:password-change")
        previous = user.password if user else ""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if user is not None:
            user.refresh_from_db()
            if user.password != previous:
                by = acting(request)
                passwords.notify_change(
                    by, passwords.SET_BY_STAFF, keep=None, user=user
                )
        return response

    @admin.display(
        description=_("organization"), ordering="profile__organization__title"
    )
    def organization(self, user: User) -> str:
        profile = getattr(user, "profile", None)
        return str(profile.organization or "") if profile else ""

    def may_change(self, actor: User, obj: User) -> bool:
        return privileges.may_change_user(actor, obj)

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> list[str]:
        """Let only superusers make superusers."""
        fields = list(super().get_readonly_fields(request, obj))
        return fields if _actor(request).is_superuser else [*fields, "is_superuser"]

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        """Show no inlines until the user exists."""
        return list(super().get_inlines(request, obj)) if obj else []
