"""Dates that graphs show, instead of one of the spans."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.bootstrap import BootstrapForm

from ..graphs.periods import LONGEST_S


class DatesForm(BootstrapForm):
    """The first and the last day of a period, both whole."""

    start = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"})
    )
    end = forms.DateField(
        label=gettext_lazy("To"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_start(self) -> date:
        start: date = self.cleaned_data["start"]
        if start > timezone.localdate():
            raise ValidationError(_("This day is in the future."))
        return start

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end:
            if end < start:
                self.add_error("end", _("This day is before the first one."))
            elif end - start >= timedelta(seconds=LONGEST_S):
                self.add_error("end", _("A graph can't show more than five years."))
        return self.cleaned_data

    @property
    def times(self) -> tuple[str, str]:
        """Return both ends as URLs of graphs have them."""
        after = self.cleaned_data["end"] + timedelta(days=1)
        return _midnight(self.cleaned_data["start"]), _midnight(after)


def _midnight(day: date) -> str:
    at = timezone.make_aware(datetime.combine(day, time()))
    return str(int(at.timestamp()))
