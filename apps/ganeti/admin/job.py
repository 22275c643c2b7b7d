"""Jobs in the administration, read-only."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.web import stored_text

from ..models import Job
from . import marks


@admin.register(Job)
class JobAdmin(admin.ModelAdmin[Job]):
    list_display = ["submitted_at", "kind", "target_name", "cluster", "state", "user"]
    list_display += ["ganeti_id", "finished_at"]
    list_display_links = ["submitted_at", "kind"]
    list_filter = ["status", "kind", "target_kind", "cluster", "submitted_at"]
    list_select_related = ["cluster", "user"]
    search_fields = ["target_name", "=target_id", "user__username", "=ganeti_id"]
    search_fields += ["=key"]
    search_help_text = _(
        "Search by target or its ID, user, Ganeti job ID or ganetimgr key."
    )
    show_full_result_count = False
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("kind", "target_kind", "target_name", "target_id", "cluster"),
                    *("state", "answer"),
                ]
            },
        ),
        (
            _("Who and when"),
            {"fields": ["user", "reason", "submitted_at", "finished_at"]},
        ),
        (
            _("Tracking"),
            {
                "description": _(
                    "The key is sent to Ganeti in the job's reason trail."
                ),
                "fields": ["ganeti_id", "key", "changed_at", "handled_at", "follower"],
            },
        ),
        (_("Log"), {"fields": ["lines"]}),
    ]

    @admin.display(description=_("status"), ordering="status")
    def state(self, job: Job) -> SafeString:
        return marks.job_status(job)

    @admin.display(description=_("log"))
    def lines(self, job: Job) -> SafeString:
        if not job.log:
            return SafeString("-")
        rows = format_html_join(
            "\n", "{} {}", ((at, text) for _serial, at, text in job.log)
        )
        return format_html('<pre class="gm-log">{}</pre>', rows)

    @admin.display(description=_("Ganeti's message"))
    def answer(self, job: Job) -> str:
        return stored_text.translate(job.message)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Job | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Job | None = None
    ) -> bool:
        return False
