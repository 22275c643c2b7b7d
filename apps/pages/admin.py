"""Admin for the flat pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.flatpages.models import FlatPage
from django.contrib.sites.models import Site
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.web.fields import TextField
from apps.work import limited_process

from . import flat_pages, markdown_text

# With what the process takes to start.
RENDER_CPU_S = 3

admin.site.unregister(FlatPage)
# Its one row only holds the pages together; links are made of SITE_URL.
if admin.site.is_registered(Site):
    admin.site.unregister(Site)


def choices() -> list[tuple[str, str]]:
    languages = dict(settings.LANGUAGES)
    return [
        (place, f"{flat_pages.KINDS[name].title} ({languages[language]})")
        for place, name, language in flat_pages.places()
    ]


class FlatPageForm(ModelForm[FlatPage]):
    url = forms.ChoiceField(label=_("Page"), choices=choices)
    content = TextField(
        label=_("Content"),
        help_text=_("Written in Markdown. Scripts and styles are removed."),
        max_length=markdown_text.LONGEST,
        required=False,
        widget=AdminTextareaWidget,
    )

    class Meta:
        model = FlatPage
        fields = ["url", "title", "content"]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if FlatPage.objects.filter(url=url).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This page already exists. Change that one."))
        return url

    def clean_content(self) -> str:
        """Reject a text that takes too long to render, or cannot be rendered."""
        content: str = self.cleaned_data["content"]
        try:
            limited_process.call(
                markdown_text.render, content.encode(), cpu_s=RENDER_CPU_S
            )
        except limited_process.LimitError as exc:
            raise forms.ValidationError(
                _("Its lists, quotations or brackets are nested too deeply.")
            ) from exc
        return content


@admin.register(FlatPage)
class FlatPageAdmin(admin.ModelAdmin[FlatPage]):
    form = FlatPageForm
    list_display = ["title", "page"]
    ordering = ["url"]
    search_fields = ["title", "content"]

    @admin.display(description=_("page"), ordering="url")
    def page(self, page: FlatPage) -> str:
        return dict(choices()).get(str(page.url), str(page.url))

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        for place, name, _language in flat_pages.places():
            if obj is not None and obj.url == place:
                return reverse(f"pages:{name}")
        return None

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,
    ) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.sites.add(settings.SITE_ID)
