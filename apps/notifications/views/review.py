"""Look at recipients and text of a draft, and send it."""

from dataclasses import dataclass
from typing import Any, Self

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.auditlog.actor import acting
from apps.web.lists import LONGEST, Listed, number, page_links
from apps.web.requests import UserRequest, wants_fragment

from .. import audience, sending, text
from ..audience import Audience
from ..models import Notification
from ..recipients import Recipient
from ..sending import AlreadySent, NoRecipients, NotAsShown
from .lookup import any_notification, require_sender

PAGE_SIZE = 20
MAX_EXCLUDED = 100


@dataclass(frozen=True, slots=True)
class ReviewQuery(Listed):
    """Search and page of the recipients, and whose text is shown."""

    q: str = ""
    reader: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        def value(key: str) -> str:
            return query.get(key, "").replace("\x00", "").strip()[:LONGEST]

        page = max(1, number(value("page"), 1))
        return cls(q=value("q"), reader=value("reader"), page=page)


@require_safe
def review(request: UserRequest, pk: int) -> HttpResponse:
    person = require_sender(request)
    notification = any_notification(pk)
    if notification.status != Notification.Status.DRAFT:
        return redirect("notifications:detail", pk)
    reached = audience.of(notification, person)
    query = ReviewQuery.read(request.GET)
    context = {
        "notification": notification,
        "digest": audience.digest(notification, reached),
        "down": reached.down,
        "excluded": reached.excluded[:MAX_EXCLUDED],
        "excluded_total": len(reached.excluded),
        "total": len(reached.recipients),
        "hints": text.unknown_placeholders(_all_text(notification)),
        **_recipients(reached, query),
        **_preview(notification, reached, query),
    }
    fragment = wants_fragment(request)
    template = "_recipients.html" if fragment else "review.html"
    response = render(request, f"notifications/{template}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _all_text(notification: Notification) -> str:
    texts = (notification.subject_en, notification.body_en)
    return "\n".join((*texts, notification.subject_el, notification.body_el))


def _recipients(reached: Audience, query: ReviewQuery) -> dict[str, Any]:
    words = query.q.lower().split()
    matching = [
        recipient for recipient in reached.recipients if _matches(recipient, words)
    ]
    page = Paginator(matching, PAGE_SIZE).get_page(query.page)
    return {
        "query": query,
        "page": page,
        "pages": page_links(page, lambda number: query.address(page=number)),
        "rows": [
            (
                recipient,
                query.address(reader=recipient.account.username, page=query.page),
            )
            for recipient in page
        ],
    }


def _matches(recipient: Recipient, words: list[str]) -> bool:
    account = recipient.account
    machines = (name for _cluster, name in recipient.machines)
    texts = (account.username, account.name, account.address, *machines)
    haystack = "\n".join(texts).lower()
    return all(word in haystack for word in words)


def _preview(
    notification: Notification, reached: Audience, query: ReviewQuery
) -> dict[str, Any]:
    """Return the message as one recipient gets it: the chosen, else the first."""
    by_name = {
        recipient.account.username: recipient for recipient in reached.recipients
    }
    recipient = by_name.get(query.reader) or next(iter(reached.recipients), None)
    if recipient is None:
        return {}
    reader = text.reader_of(recipient)
    return {
        "reader": recipient,
        "language": notification.language_for(reader.language),
        "message": text.message_for(notification, reader),
        "mail_text": sending.letter(notification, reader, "").text,
    }


@require_POST
def send(request: UserRequest, pk: int) -> HttpResponse:
    """Send a draft, if it is still what was shown; else show it again."""
    require_sender(request)
    notification = any_notification(pk)
    if notification.status != Notification.Status.DRAFT:
        return redirect("notifications:detail", pk)
    try:
        sending.confirm(
            notification, request.POST.get("digest", ""), by=acting(request)
        )
    except NotAsShown:
        messages.warning(
            request,
            _("Nothing was sent: text or recipients have changed. Check them again."),
        )
        return redirect("notifications:review", pk)
    except NoRecipients:
        messages.error(request, _("Nothing was sent: there are no recipients."))
        return redirect("notifications:review", pk)
    except AlreadySent:
        messages.warning(request, _("The notification has been sent or changed."))
        return redirect("notifications:review", pk)
    messages.success(request, _("The notification is being sent."))
    return redirect("notifications:detail", pk)
