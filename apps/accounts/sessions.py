"""Sessions that know whose they are, from where, and when they were last used.

The engine of Django's sessions (``SESSION_ENGINE``), and what people do with theirs.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.db import transaction
from django.utils import timezone

from apps.work.prepared_query import ARGUMENT, PreparedQuery

from .models import Session

ENDED = "sessions-end"
# How exactly it is known when a session was last used.
SEEN_EVERY = timedelta(minutes=10)

_SESSIONS = PreparedQuery(
    lambda: Session.objects.select_related("user").filter(session_key=ARGUMENT)
)


class SessionStore(db.SessionStore):
    """Django's, with a row that says more."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.address: str | None = None
        self.user_agent = ""
        self._row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def comes_from(self, address: str | None, user_agent: str) -> None:
        """Say who asks now."""
        self.address, self.user_agent = address, user_agent[:255]

    @property
    def user(self) -> User | None:
        """Whose session it is, as the row says: read together, not verified."""
        self._get_session()  # type: ignore[attr-defined]  # reads the row, once
        return self._row.user if self._row else None

    def load(self) -> dict[str, Any]:
        rows = _SESSIONS.fetch(self.session_key or "")
        self._row = next(
            (row for row in rows if row.expire_date > timezone.now()), None
        )
        if self._row is None:
            self._session_key = None
            return {}
        return self.decode(self._row.session_data)

    def create(self) -> None:
        self._row = None
        super().create()

    def flush(self) -> None:
        super().flush()
        self._row = None

    def create_model_instance(self, data: Mapping[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(dict(data)))
        if self._row is not None and self._row.session_key == row.session_key:
            row.number, row.started_at = self._row.number, self._row.started_at
        user = data.get(SESSION_KEY)
        row.user_id = int(user) if user else None
        row.address, row.user_agent = self.address, self.user_agent
        self._row = row
        return row

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Return the seconds that are left; work renews them, but not for ever."""
        age: int = super().get_expiry_age(**kwargs)
        if self._row is None or self._row.user_id is None:
            return age
        ends_at = self._row.started_at + self._longest()
        return min(age, int((ends_at - timezone.now()).total_seconds()))

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        return timezone.now() + timedelta(seconds=self.get_expiry_age(**kwargs))

    def note_use(self, now: datetime) -> bool:
        """Write down that it is in use, unless that was done not long ago.

        Returns whether it was, and so whether the cookie's age has to be renewed.
        """
        row = self._row
        if row is None or row.user_id is None or now - row.seen_at < SEEN_EVERY:
            return False
        is_there = Session.objects.filter(pk=row.pk).update(
            seen_at=now,
            expire_date=self.get_expiry_date(),
            address=self.address,
            user_agent=self.user_agent,
        )
        return bool(is_there)

    @staticmethod
    def _longest() -> timedelta:
        return timedelta(seconds=settings.SESSION_LONGEST_AGE)


def of(user: User) -> list[Session]:
    """Return where somebody is logged in, the session last used first."""
    sessions = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    return list(sessions.order_by("-seen_at", "-started_at"))


def end_all(user: User, *, but: str | None = None) -> int:
    """End somebody's sessions, but for the one with this key; return how many."""
    with transaction.atomic():
        ended, _ = Session.objects.filter(user=user).exclude(session_key=but).delete()
    return ended
