"""Read-only admin for failing background work."""

from django.contrib import admin
from django.http import HttpRequest

from .models import Failure


@admin.register(Failure)
class FailureAdmin(admin.ModelAdmin[Failure]):
    list_display = ["chore", "error", "failures", "failing_since", "failed_at"]
    list_display += ["next_at", "given_up_at"]
    search_fields = ["chore", "error"]
    show_full_result_count = False
    # Not even deletion is offered: a row is deleted when its chore succeeds.
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Failure | None = None
    ) -> bool:
        return False
