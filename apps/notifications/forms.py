"""The form of a notification."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.pages import markdown_text
from apps.web.bootstrap import BootstrapForm
from apps.web.fields import LineField, TextField
from apps.work import limited_process

from . import text, zones
from .models import MAX_BODY_LENGTH, MAX_SUBJECT_LENGTH, Notification
from .targets import Target

# With what the process takes to start.
RENDER_CPU_S = 3
MAX_MOMENT_LENGTH = 40
_BROWSER_FORMAT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A date and time, in the active time zone."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "datetime-local"}
        super().__init__(
            widget=forms.DateTimeInput(attrs=attrs, format=_BROWSER_FORMAT),
            input_formats=[_BROWSER_FORMAT, "%Y-%m-%d %H:%M"],
            required=False,
            **kwargs,
        )

    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, str) and len(value) > MAX_MOMENT_LENGTH:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


def _subject() -> LineField:
    return LineField(label=_("Subject"), max_length=MAX_SUBJECT_LENGTH, required=False)


def _body() -> TextField:
    widget = forms.Textarea(attrs={"rows": 9})
    return TextField(
        label=_("Text"), max_length=MAX_BODY_LENGTH, required=False, widget=widget
    )


class TimeZoneForm(BootstrapForm):
    """The time zone of a user."""

    zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.fields["zone"]
        assert isinstance(zone, forms.ChoiceField)  # noqa: S101 - told to mypy
        default = gettext("Site default (%(zone)s)") % {"zone": settings.TIME_ZONE}
        zone.choices = [("", default), *((name, name) for name in zones.names())]


class ComposeForm(BootstrapForm):
    """Text in each language, and options; the targets are chosen beside it."""

    subject_en, body_en = _subject(), _body()
    subject_el, body_el = _subject(), _body()
    markup = forms.ChoiceField(
        label=_("Format"),
        choices=Notification.Markup.choices,
        initial=Notification.Markup.MARKDOWN,
    )
    starts_at = MomentField(label=_("Maintenance from"))
    ends_at = MomentField(label=_("Maintenance until"))
    with_secondaries = forms.BooleanField(
        label=_("Nodes: also machines that have it as secondary node"), required=False
    )
    copy_to_managers = forms.BooleanField(
        label=_("Send a copy to the managers"), required=False
    )

    def __init__(
        self, *args: Any, targets: Sequence[Target] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._targets = targets
        for name in ("starts_at", "ends_at"):
            self.fields[name].help_text = gettext("Time zone: %(zone)s") % {
                "zone": get_current_timezone_name()
            }
        for language, _label in settings.LANGUAGES:
            self.fields[f"body_{language}"].widget.attrs["lang"] = language
            self.fields[f"subject_{language}"].widget.attrs["lang"] = language

    @classmethod
    def as_typed(cls, data: Mapping[str, Any]) -> "ComposeForm":
        """Return the form with what was posted, not validated."""
        return cls(initial={name: data.get(name, "") for name in cls.base_fields})

    @classmethod
    def of(cls, notification: Notification) -> "ComposeForm":
        """Return the form of a draft."""
        fields = cls.base_fields
        return cls(initial={name: getattr(notification, name) for name in fields})

    # -- display

    def languages(self) -> list[tuple[str, str, Any, Any, list[str]]]:
        """Return code, label, both fields and hints of each language."""
        return [
            (
                code,
                str(label),
                self[f"subject_{code}"],
                self[f"body_{code}"],
                self._hints(code),
            )
            for code, label in settings.LANGUAGES
        ]

    def _hints(self, language: str) -> list[str]:
        """Return what looks like a placeholder but will be sent as it is."""
        values = (self[f"{part}_{language}"].value() for part in ("subject", "body"))
        texts = (str(value or "")[:MAX_BODY_LENGTH] for value in values)
        return text.unknown_placeholders("\n".join(texts))

    # -- validation

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if not self._targets:
            self.add_error(None, gettext("Choose at least one recipient."))
        self._check_languages(data)
        self._check_window(data)
        if data.get("markup") == Notification.Markup.MARKDOWN:
            self._check_markdown(data)
        return data

    def _check_languages(self, data: Mapping[str, Any]) -> None:
        written = 0
        for language, _label in settings.LANGUAGES:
            subject, body = f"subject_{language}", f"body_{language}"
            if bool(data.get(subject)) == bool(data.get(body)):
                written += bool(data.get(subject))
            elif not self.errors.keys() & {subject, body}:
                self.add_error(
                    body if data.get(subject) else subject,
                    gettext("A language needs both a subject and a text."),
                )
        if not written and not self.errors:
            self.add_error(
                "subject_en", gettext("Write a subject and a text in one language.")
            )

    def _check_window(self, data: Mapping[str, Any]) -> None:
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if ends_at and not starts_at and "starts_at" not in self.errors:
            self.add_error("starts_at", gettext("Enter when the maintenance starts."))
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", gettext("The end must be after the start."))

    def _check_markdown(self, data: Mapping[str, Any]) -> None:
        """Reject a text that takes too long to render, or cannot be rendered."""
        for language, _label in settings.LANGUAGES:
            body = data.get(f"body_{language}")
            try:
                if body:
                    limited_process.call(
                        markdown_text.render, body.encode(), cpu_s=RENDER_CPU_S
                    )
            except limited_process.LimitError:
                self.add_error(
                    f"body_{language}",
                    gettext("Its lists, quotations or brackets are nested too deeply."),
                )
