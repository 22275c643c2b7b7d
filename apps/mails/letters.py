"""Render emails from templates, in the reader's language, and add them to the outbox.

A template is a text file: its first line is the subject, and the text follows after an
empty line. The HTML part is generated from the text, so that both have the same
content. Values are folded into one line, except those shown by the filter ``quoted``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import make_msgid
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .folded_values import fold_value
from .models import Mail
from .one_line import fold

_IN_ADDRESSES = r"[\w./?=&%~+@:;-]"
_AT_THEIR_END = r"[\w/=-]"


@dataclass(frozen=True, slots=True)
class Letter:
    """A template and its context; the template prefixes its links with ``{{ site }}``.

    ``about`` and ``secret`` are the fields of `Mail`.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    secret: bool = False

    def post(self, to: str | Iterable[str], *, language: str = "") -> None:
        """Store an email to each address; it is sent after the transaction commits."""
        addresses = [to] if isinstance(to, str) else list(to)
        with translation.override(language or settings.LANGUAGE_CODE):
            subject, text = self._rendered()
            html = html_of(subject, text)
        for address in filter(None, dict.fromkeys(addresses)):
            mail = new_mail(address, subject, text)
            mail.html, mail.about, mail.secret = html, self.about, self.secret
            mail.save()

    def post_to_managers(self) -> None:
        """Store an email to MANAGERS, in the site's default language."""
        self.post(_addresses(settings.MANAGERS))

    def post_to_admins(self) -> None:
        """Store an email to ADMINS, in the site's default language."""
        self.post(_addresses(settings.ADMINS))

    def _rendered(self) -> tuple[str, str]:
        """Return subject and text, with each value on one line or quoted."""
        source = cast(Template, get_template(self.template)).template
        values = {**_base_context(), **self.context}
        folded = {name: fold_value(value) for name, value in values.items()}
        context = Context(folded, autoescape=False)
        subject, _, text = source.render(context).strip().partition("\n")
        return subject.strip(), f"{text.strip()}\n"


def _addresses(people: Sequence[tuple[str, str]]) -> list[str]:
    return [address for _name, address in people]


def new_mail(to: str, subject: str, text: str) -> Mail:
    """Return an unsaved mail."""
    return Mail(
        recipient=to,
        sender=settings.DEFAULT_FROM_EMAIL,
        subject=f"{settings.EMAIL_SUBJECT_PREFIX}{fold(subject)}"[:255],
        text=text,
        message_id=make_msgid(domain=urlsplit(settings.SITE_URL).hostname),
    )


def html_of(subject: str, text: str) -> str:
    """Return a text as a plain HTML page."""
    context = {**_base_context(), "subject": subject, "text": linked(text)}
    return render_to_string("mails/mail.html", context)


def linked(text: str) -> SafeString:
    """Return a text as HTML, with links for the URLs of this site.

    Don't link others: host names are no URLs, and text by users may contain any URL.
    """
    site_url = rf"({re.escape(_site())}(?:/(?:{_IN_ADDRESSES}*{_AT_THEIR_END})?)?)"
    parts = [*re.split(site_url, text), ""]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return format_html_join("", "{}{}", ((part, _link(url)) for part, url in pairs))


def _link(address: str) -> str:
    return format_html('<a href="{0}">{0}</a>', address) if address else ""


def _base_context() -> dict[str, Any]:
    return {"site": _site(), "branding": settings.BRANDING}


def _site() -> str:
    return settings.SITE_URL.rstrip("/")
