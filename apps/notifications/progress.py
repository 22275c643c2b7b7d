"""How far notifications are delivered."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from .models import Delivery, Notification

Status = Delivery.Status


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of deliveries; ``failing`` ones were refused, but may be tried again."""

    waiting: int = 0
    posted: int = 0
    sent: int = 0
    failed: int = 0
    failing: int = 0

    @property
    def total(self) -> int:
        return self.waiting + self.posted + self.sent + self.failed

    @property
    def problems(self) -> int:
        return self.failed + self.failing

    @property
    def moving(self) -> bool:
        """Whether a letter is yet to be tried for the first time."""
        return self.waiting + self.posted > self.failing

    @property
    def percent(self) -> int:
        return 100 * self.sent // self.total if self.total else 0

    @property
    def version(self) -> str:
        """What a page shows of it, to see whether that has changed."""
        counts = (self.waiting, self.posted, self.sent, self.failed, self.failing)
        return "-".join(map(str, counts))


def of(notification: Notification) -> Progress:
    return of_all([notification])[notification.pk]


def of_all(notifications: Iterable[Notification]) -> dict[int, Progress]:
    """Return the progress of each notification by its key, by two statements."""
    pks = [notification.pk for notification in notifications]
    own = Delivery.objects.filter(notification__in=pks).order_by()
    counts: dict[int, dict[str, int]] = {pk: {} for pk in pks}
    for pk, status, count in own.values_list("notification", "status").annotate(
        Count("pk")
    ):
        counts[pk][status] = count
    failing = own.filter(status=Status.POSTED).failing()
    for pk, count in failing.values_list("notification").annotate(Count("pk")):
        counts[pk]["failing"] = count
    return {pk: Progress(**by_status) for pk, by_status in counts.items()}
