"""Session engine (``SESSION_ENGINE``) whose rows have user, address and last use."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from apps.work.prepared_query import PreparedQuery, argument

from .models import Session

ENDED = "sessions-end"
# Precision of the time of last use.
SEEN_EVERY = timedelta(minutes=10)


def _by_key() -> "QuerySet[Session]":
    sessions = Session.objects.select_related("user__preferences")
    return sessions.filter(session_key=argument("key"))


_SESSIONS = PreparedQuery(_by_key)
# For polls, which change neither the session nor the user.
_GLANCES = PreparedQuery(_by_key, keep=1000)


class SessionStore(db.SessionStore):
    """Django's session store, with more columns."""

    def __init__(
        self,
        session_key: str | None = None,
        *,
        sessions: PreparedQuery[Session] = _SESSIONS,
    ) -> None:
        super().__init__(session_key)
        self._sessions = sessions
        self.address: str | None = None
        self.user_agent = ""
        self._row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def set_origin(self, address: str | None, user_agent: str) -> None:
        """Set the address and browser of the current request."""
        self.address, self.user_agent = address, user_agent[:255]

    @property
    def user(self) -> User | None:
        """The user of the row, read with it; not verified."""
        self._get_session()  # type: ignore[attr-defined]  # reads the row, once
        return self._row.user if self._row else None

    def load(self) -> dict[str, Any]:
        rows = self._sessions.fetch(key=self.session_key or "")
        self._row = next(
            (row for row in rows if row.expire_date > timezone.now()), None
        )
        if self._row is None:
            self._session_key = None
            return {}
        return self._decoded(self._row)

    def _decoded(self, row: Session) -> dict[str, Any]:
        """Return what a session holds; of a row that is kept, it is decoded once."""
        if row.decoded is None:
            row.decoded = self.decode(row.session_data)
        return dict(row.decoded)

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
        """Return the seconds left; use extends them, up to a maximum age."""
        age: int = super().get_expiry_age(**kwargs)
        if self._row is None or self._row.user_id is None:
            return age
        ends_at = self._row.started_at + self._max_age()
        return min(age, int((ends_at - timezone.now()).total_seconds()))

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        return timezone.now() + timedelta(seconds=self.get_expiry_age(**kwargs))

    def note_use(self, now: datetime) -> bool:
        """Store the time of use, unless it was stored recently.

        Returns whether it was stored, so that the cookie's age has to be renewed.
        """
        row = self._row
        if row is None or not self.is_use_due(now):
            return False
        is_there = Session.objects.filter(pk=row.pk).update(
            seen_at=now,
            expire_date=self.get_expiry_date(),
            address=self.address,
            user_agent=self.user_agent,
        )
        return bool(is_there)

    def is_use_due(self, now: datetime) -> bool:
        """Tell whether the time of use is to be stored."""
        row = self._row
        return (
            row is not None
            and row.user_id is not None
            and now - row.seen_at >= SEEN_EVERY
        )

    @staticmethod
    def _max_age() -> timedelta:
        return timedelta(seconds=settings.SESSION_LONGEST_AGE)


def verified_user(session: SessionBase) -> User | None:
    """Return the logged-in user; None if inactive or the password has changed.

    Like Django's ``get_user``, but without changing the session: where this returns
    None, Django may still find a user.
    """
    user = session.user if isinstance(session, SessionStore) else None
    if user is None or not user.is_active:
        return None
    is_verified = (
        session.get(SESSION_KEY) == str(user.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(
            session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()
        )
    )
    return user if is_verified else None


def user_at_a_glance(request: HttpRequest) -> User | None:
    """Return the logged-in user without the session middleware.

    None if there is none, or if the session has to be changed or stored.
    """
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key or SessionStore.__module__ != settings.SESSION_ENGINE:
        return None
    session = SessionStore(key, sessions=_GLANCES)
    user = verified_user(session)
    return None if session.is_use_due(timezone.now()) else user


def of(user: User) -> list[Session]:
    """Return a user's active sessions, the last used first."""
    sessions = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    return list(sessions.order_by("-seen_at", "-started_at"))


def end_all(user: User, *, but: str | None = None) -> int:
    """End a user's sessions, except the one with this key; return how many."""
    with transaction.atomic():
        ended, _ = Session.objects.filter(user=user).exclude(session_key=but).delete()
    return ended
