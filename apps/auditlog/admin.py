"""Admin of the audit log, read-only."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin[AuditEntry]):
    list_display = ["created_at", "username", "action", "target_kind", "target_name"]
    list_display += ["cluster", "is_allowed", "address"]
    list_display_links = ["created_at", "action"]
    list_filter = ["refused", "target_kind", "action", "cluster", "created_at"]
    search_fields = ["username", "target_name", "=target_id", "cluster"]
    search_fields += ["=address", "detail"]
    search_help_text = _("User, target or its ID, cluster, address or detail.")
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["created_at", "username", "user", "address"]}),
        (
            _("Action"),
            {
                "fields": [
                    *("action", "target_kind", "target_name", "target_id", "cluster"),
                    *("is_allowed", "detail"),
                ]
            },
        ),
    ]

    @admin.display(description=_("allowed"), boolean=True, ordering="refused")
    def is_allowed(self, entry: AuditEntry) -> bool:
        return not entry.refused

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: AuditEntry | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: AuditEntry | None = None
    ) -> bool:
        return False
