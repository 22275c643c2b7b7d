"""Write mails: from a template, in the language of who reads it, to the outbox.

A template is a text file as a mail is: its first line is the subject, the rest, after
an empty line, the text. The HTML part is made of the text, so that both say the same.
A text of several lines is shown by the filter ``quoted``; all else is folded into one.
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
    """What is to be said, by a template; it finds ``{{ site }}`` before its links.

    ``about`` and ``secret`` are those of `Mail`.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    secret: bool = False

    def post(self, to: str | Iterable[str], *, language: str = "") -> None:
        """Write a mail to each address; sent when the transaction is done."""
        addresses = [to] if isinstance(to, str) else list(to)
        with translation.override(language or settings.LANGUAGE_CODE):
            subject, text = self._rendered()
            html = html_of(subject, text)
        for address in filter(None, dict.fromkeys(addresses)):
            mail = new_mail(address, subject, text)
            mail.html, mail.about, mail.secret = html, self.about, self.secret
            mail.save()

    def post_to_managers(self) -> None:
        """Write to MANAGERS, in the site's own language."""
        self.post(_mails(settings.MANAGERS))

    def post_to_admins(self) -> None:
        """Write to ADMINS, in the site's own language."""
        self.post(_mails(settings.ADMINS))

    def _rendered(self) -> tuple[str, str]:
        """Return subject and text; each value in them is in one line, or quoted."""
        source = cast(Template, get_template(self.template)).template
        values = {**_around(), **self.context}
        folded = {name: fold_value(value) for name, value in values.items()}
        context = Context(folded, autoescape=False)
        subject, _, text = source.render(context).strip().partition("\n")
        return subject.strip(), f"{text.strip()}\n"


def _mails(people: Sequence[tuple[str, str]]) -> list[str]:
    return [mail for _name, mail in people]


def new_mail(to: str, subject: str, text: str) -> Mail:
    """Return a mail that is not saved yet."""
    return Mail(
        recipient=to,
        sender=settings.DEFAULT_FROM_EMAIL,
        subject=f"{settings.EMAIL_SUBJECT_PREFIX}{fold(subject)}"[:255],
        text=text,
        message_id=make_msgid(domain=urlsplit(settings.SITE_URL).hostname),
    )


def html_of(subject: str, text: str) -> str:
    """Return a plain, readable page that says what a text says."""
    context = {**_around(), "subject": subject, "text": linked(text)}
    return render_to_string("mails/mail.html", context)


def linked(text: str) -> SafeString:
    """Return a text as HTML in which addresses of the site's own can be clicked.

    No others: the names of machines are none, and people's words may hold any.
    """
    ours = rf"({re.escape(_site())}(?:/(?:{_IN_ADDRESSES}*{_AT_THEIR_END})?)?)"
    parts = [*re.split(ours, text), ""]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return format_html_join("", "{}{}", ((words, _link(to)) for words, to in pairs))


def _link(address: str) -> str:
    return format_html('<a href="{0}">{0}</a>', address) if address else ""


def _around() -> dict[str, Any]:
    return {"site": _site(), "branding": settings.BRANDING}


def _site() -> str:
    return settings.SITE_URL.rstrip("/")
