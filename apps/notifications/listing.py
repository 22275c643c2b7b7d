"""The archive: search, filters, order and pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from django.core.paginator import Page, Paginator
from django.db.models import Exists, Expression, F, OrderBy, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.search import contain_all
from apps.web.lists import (
    LONGEST,
    Chip,
    Choices,
    Column,
    Head,
    Listed,
    heads_of,
    number,
)
from apps.web.stored_text import Text

from . import progress
from .models import FALLBACK, Delivery, Notification
from .progress import Progress

PAGE_SIZE = 50
NEWEST_FIRST = "-sent"
Notifications = QuerySet[Notification]
STATUSES = Choices(
    {status.value: status.label for status in Notification.Status}
    | {"failing": _("With failures")}
)
COLUMNS = (
    Column("subject", _("Subject")),
    Column("author", _("Author")),
    Column("sent", _("Sent")),
)
_ORDERS: dict[str, Expression | F] = {
    "subject": Coalesce("subject_en", "subject_el"),
    "author": F("author_name"),
    "sent": Coalesce("sent_at", "created_at"),
}
_SEARCHED = ("subject_en", "subject_el", "body_en", "body_el", "author_name", "targets")


@dataclass(frozen=True, slots=True)
class ArchiveQuery(Listed):
    """Filters, order and page from the query string; invalid values are ignored."""

    q: str = ""
    status: str = ""
    sort: str = NEWEST_FIRST
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        def text(key: str) -> str:
            return query.get(key, "").replace("\x00", "").strip()[:LONGEST]

        status, sort = text("status"), text("sort")
        return cls(
            q=text("q"),
            status=status if status in STATUSES else "",
            sort=sort if sort.removeprefix("-") in _ORDERS else NEWEST_FIRST,
            page=max(1, number(text("page"), 1)),
        )

    @property
    def filtered(self) -> bool:
        return bool(self.q or self.status)

    def chips(self) -> Iterator[Chip]:
        criteria: dict[str, tuple[Text, Text]] = {
            "q": (_("Search"), self.q),
            "status": (_("Status"), STATUSES.get(self.status, "")),
        }
        for key, (label, value) in criteria.items():
            if value:
                yield Chip(label, value, self.address(**{key: ""}))


@dataclass(frozen=True, slots=True)
class Row:
    """A notification in the list, with its subject in the language of the page."""

    notification: Notification
    subject: str
    progress: Progress


def visible(*, drafts: bool) -> Notifications:
    """Return what was sent and, for those who send, what is to be sent."""
    everything = Notification.objects.all()
    return everything if drafts else everything.exclude(status=_DRAFT)


_DRAFT = Notification.Status.DRAFT


def page(notifications: Notifications, query: ArchiveQuery) -> Page[Notification]:
    """Return the requested page, or the nearest that exists."""
    order = OrderBy(_ORDERS[query.column], descending=query.descending)
    matching = _matching(notifications, query).order_by(order, "-pk")
    return Paginator(matching, PAGE_SIZE).get_page(query.page)


def _matching(notifications: Notifications, query: ArchiveQuery) -> Notifications:
    if query.status == "failing":
        failing = Delivery.objects.failing().filter(notification=OuterRef("pk"))
        notifications = notifications.filter(Exists(failing))
    elif query.status:
        notifications = notifications.filter(status=query.status)
    for word in query.q.split():
        condition = contain_all([word], _SEARCHED) | Q(Exists(_sent_to(word)))
        notifications = notifications.filter(condition)
    return notifications


def _sent_to(name: str) -> QuerySet[Delivery]:
    """Return the deliveries to a user or an address, by their whole name."""
    own = Delivery.objects.filter(notification=OuterRef("pk"))
    return own.filter(Q(username=name) | Q(mailbox=name.lower()))


def rows(notifications: Sequence[Notification]) -> list[Row]:
    language = get_language() or FALLBACK
    by_key = progress.of_all(notifications)
    return [
        Row(notification, notification.subject(language), by_key[notification.pk])
        for notification in notifications
    ]


def heads(query: ArchiveQuery) -> tuple[Head, ...]:
    return heads_of(COLUMNS, sorted_by=query.sorted_by, order=query.sort)
