"""Admin of applications: nearly read-only; states are changed by the services."""

from typing import Any

from django.contrib import admin
from django.db.models import EmailField
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.person import Person
from apps.web.mail_addresses import MailAddressField

from . import access
from .models import Event, InstanceApplication

# What may be corrected here; all else is requested, or decided at review.
EDITABLE = (
    *("organization", "contact_name", "contact_email", "contact_phone"),
    "admin_comments",
)


class EventInline(admin.TabularInline[Event, InstanceApplication]):
    """Events of an application, read-only."""

    model = Event
    extra = 0
    can_delete = False
    fields = ["at", "kind", "user", "job", "detail"]
    readonly_fields = ["at", "kind", "user", "job", "detail"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user", "job")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.may_see_applications(Person.of(request.user))


@admin.register(InstanceApplication)
class ApplicationAdmin(admin.ModelAdmin[InstanceApplication]):
    list_display = ["filed_at", "hostname", "status", "applicant", "cluster"]
    list_display += ["changed_at"]
    list_display_links = ["filed_at", "hostname"]
    list_filter = ["status", "cluster", "filed_at"]
    list_select_related = ["applicant", "cluster"]
    search_fields = ["hostname", "applicant__username", "organization__title"]
    search_help_text = _("Search by host name, applicant or organization.")
    show_full_result_count = False
    formfield_overrides = {EmailField: {"form_class": MailAddressField}}
    inlines = [EventInline]
    fieldsets = [
        (None, {"fields": ["page", "status", "applicant", "filed_at", "changed_at"]}),
        (
            _("Requested"),
            {
                "fields": [
                    *("hostname", "memory_mib", "vcpus", "disk_gib"),
                    *("operating_system", "hosts_mail_server", "network", "comments"),
                    *("organization", "contact_name", "contact_email"),
                    "contact_phone",
                ]
            },
        ),
        (
            _("Review decision"),
            {
                "fields": [
                    *("reviewer", "cluster", "node_group", "nic_network"),
                    *("disk_template", "storage_provider", "volume_group"),
                    *("admin_comments", "refusal_reason"),
                ]
            },
        ),
        (_("Outcome"), {"fields": ["job", "message"]}),
    ]

    @admin.display(description=_("application page"))
    def page(self, application: InstanceApplication) -> SafeString:
        address = reverse("applications:detail", args=[application.pk])
        return format_html('<a href="{}">{}</a>', address, address)

    def get_readonly_fields(
        self, request: HttpRequest, obj: InstanceApplication | None = None
    ) -> list[str]:
        names = [
            name for _title, options in self.fieldsets for name in options["fields"]
        ]
        return [str(name) for name in names if name not in EDITABLE]

    def save_model(
        self,
        request: HttpRequest,
        obj: InstanceApplication,
        form: "ModelForm[InstanceApplication]",
        change: bool,
    ) -> None:
        """Save the changed fields only: others may have changed in the meantime."""
        obj.save(update_fields=[name for name in form.changed_data if name in EDITABLE])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_view_permission(
        self, request: HttpRequest, obj: InstanceApplication | None = None
    ) -> bool:
        return access.may_see_applications(Person.of(request.user))

    def has_change_permission(
        self, request: HttpRequest, obj: InstanceApplication | None = None
    ) -> bool:
        return access.may_review(Person.of(request.user))
