"""The text of a notification for one reader, and the placeholders in it.

Only two placeholders are replaced, by plain strings. Everything else that looks like a
template stays text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from apps.mails.letters import linked
from apps.mails.one_line import fold
from apps.pages import markdown_text
from apps.web.times import day_and_time

from . import zones
from .models import Delivery, Notification
from .recipients import Recipient

NAMES = ("instances", "user")
_PLACEHOLDER = re.compile(rf"\{{\{{ {{0,3}}({'|'.join(NAMES)}) {{0,3}}\}}\}}")
_LIKE_ONE = re.compile(r"\{\{[^{}\n]{0,80}\}\}|\{%[^{}\n]{0,80}%\}")
# Stand for placeholders while Markdown is rendered; they have no meaning in it.
_START, _END = "\ue000", "\ue001"
_MARKER = re.compile(rf"{_START}({'|'.join(NAMES)}){_END}")
_TAG = re.compile(r"(<[^>]*>)")
MOST_HINTS = 5


@dataclass(frozen=True, slots=True)
class Reader:
    """A recipient, as the text addresses them."""

    name: str
    machines: tuple[str, ...]
    language: str
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What a reader gets: the body as HTML, and as text for emails."""

    subject: str
    when: str
    text: str
    html: SafeString


def reader_of(recipient: Recipient) -> Reader:
    account = recipient.account
    names = tuple(name for _cluster, name in recipient.machines)
    return Reader(account.name, names, account.language, account.zone)


def reader_of_delivery(delivery: Delivery, language: str = "") -> Reader:
    """Return the reader of a delivery, by default in the language of their emails."""
    language = language or delivery.language
    return Reader(delivery.name, delivery.machine_names, language, delivery.zone)


def message_for(notification: Notification, reader: Reader) -> Message:
    """Return the message in the reader's language, else in one it is written in."""
    with translation.override(reader.language), zones.override(reader.zone):
        machines = ", ".join(reader.machines) or _("(none)")
        values = {"instances": fold(machines), "user": fold(reader.name)}
        body = notification.body(reader.language)
        return Message(
            subject=fold(_filled(notification.subject(reader.language), values)),
            when=window(notification),
            text=_filled(body, values),
            html=_html(notification.markup, body, values),
        )


def window(notification: Notification) -> str:
    """Return the time of maintenance, if any, in the active language and zone."""
    starts_at, ends_at = notification.starts_at, notification.ends_at
    if starts_at is None:
        return ""
    if ends_at is None:
        return day_and_time(starts_at)
    first, last = localtime(starts_at), localtime(ends_at)
    if first.date() == last.date() and first.tzname() == last.tzname():
        start = f"{date_format(first, 'DATE_FORMAT')}, {first:%H:%M}"
        return _("%(start)s to %(end)s") % {"start": start, "end": f"{last:%H:%M %Z}"}
    return _("%(start)s to %(end)s") % {
        "start": day_and_time(starts_at),
        "end": day_and_time(ends_at),
    }


def unknown_placeholders(text: str) -> list[str]:
    """Return what looks like a placeholder or template tag but stays text."""
    matches = (match.group() for match in _LIKE_ONE.finditer(text))
    unknown = (text for text in matches if not _PLACEHOLDER.fullmatch(text))
    return list(dict.fromkeys(unknown))[:MOST_HINTS]


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def _html(markup: str, body: str, values: Mapping[str, str]) -> SafeString:
    if markup == Notification.Markup.PLAIN:
        return SafeString(linebreaks(linked(_filled(body, values))))
    return _filled_html(_rendered(_marked(body)), values)


def _marked(body: str) -> str:
    """Return Markdown with a marker for each placeholder."""
    return _PLACEHOLDER.sub(lambda match: f"{_START}{match[1]}{_END}", body)


def _filled_html(html: str, values: Mapping[str, str]) -> SafeString:
    """Fill in the text of HTML, but no attribute: a name must not become a link."""
    parts = _TAG.split(html)
    parts[::2] = [
        _MARKER.sub(lambda match: escape(values[match[1]]), text) for text in parts[::2]
    ]
    parts[1::2] = [_MARKER.sub("", tag) for tag in parts[1::2]]
    return SafeString("".join(parts))


@lru_cache(maxsize=32)
def _rendered(text: str) -> SafeString:
    """Return Markdown as sanitized HTML; the same for all readers."""
    return markdown_text.render_or_escape(text)
