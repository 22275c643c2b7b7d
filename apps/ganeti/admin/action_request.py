"""Requests of actions with their confirmation, read-only."""

from django.contrib import admin
from django.http import HttpRequest

from ..models.action_request import ActionRequest


@admin.register(ActionRequest)
class ActionRequestAdmin(admin.ModelAdmin[ActionRequest]):
    list_display = ["asked_at", "action", "instance", "cluster", "user"]
    list_display += ["expires_at", "used_at", "cancelled_at"]
    list_filter = ["action", "cluster", "asked_at"]
    list_select_related = ["cluster", "user"]
    search_fields = ["instance", "user__username"]
    show_full_result_count = False
    # Without the hash of its key.
    fields = ["action", "instance", "instance_uuid", "cluster", "user", "image"]
    fields += [
        "new_name",
        "owner",
        "asked_at",
        "expires_at",
        "used_at",
        "cancelled_at",
        "job",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: ActionRequest | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: ActionRequest | None = None
    ) -> bool:
        return False
