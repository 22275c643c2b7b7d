"""The pages that administrators write, in Django admin."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.flatpages.models import FlatPage
from django.contrib.sites.models import Site
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from . import flat

admin.site.unregister(FlatPage)
# Its one row only holds the pages together; links are made of SITE_URL.
if admin.site.is_registered(Site):
    admin.site.unregister(Site)


def choices() -> list[tuple[str, str]]:
    languages = dict(settings.LANGUAGES)
    return [
        (place, f"{flat.KINDS[name].title} ({languages[language]})")
        for place, name, language in flat.places()
    ]


class FlatPageForm(ModelForm[FlatPage]):
    url = forms.ChoiceField(label=_("Page"), choices=choices)

    class Meta:
        model = FlatPage
        fields = ["url", "title", "content"]
        help_texts = {
            "content": _(
                "Written in Markdown. Scripts and styles are left out when it is shown."
            ),
        }

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if FlatPage.objects.filter(url=url).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This page is written already: change it."))
        return url


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
        for place, name, _language in flat.places():
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
