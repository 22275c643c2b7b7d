"""Admin for the outbox: shows unsent emails with their errors, and retries them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Mail


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin[Mail]):
    list_display = [
        "created_at",
        "subject",
        "recipient",
        "sent_at",
        "attempts",
        "error",
    ]
    list_filter = ["sent_at", "given_up_at"]
    search_fields = ["subject", "recipient", "about"]
    show_full_result_count = False
    # The text is left out, because it may contain single-use links.
    fields = ["created_at", "subject", "recipient", "about", "sent_at", "attempts"]
    fields += ["due_at", "given_up_at", "error"]
    actions = ["try_now"]

    @admin.action(description=_("Try to send now"), permissions=["view"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        queryset.filter(sent_at=None).update(due_at=timezone.now(), given_up_at=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Mail | None = None
    ) -> bool:
        return False
