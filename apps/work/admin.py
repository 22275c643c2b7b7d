"""Failing background work in the administration, for a look."""

from django.contrib import admin
from django.http import HttpRequest

from .models import Failure


@admin.register(Failure)
class FailureAdmin(admin.ModelAdmin[Failure]):
    list_display = ["chore", "error", "failures", "failing_since", "failed_at"]
    list_display += ["next_at", "given_up_at"]
    search_fields = ["chore", "error"]
    show_full_result_count = False
    # None, not even to delete: a row goes by itself when its chore succeeds.
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Failure | None = None
    ) -> bool:
        return False
