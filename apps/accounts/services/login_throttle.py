"""Login throttling: how often a password may be tried, and from where."""

import logging
from dataclasses import dataclass

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest

from apps.web import rate_limit, text
from apps.web.fields import MAX_USERNAME_LENGTH
from apps.web.requests import client_ip

logger = logging.getLogger(__name__)

# Wrong passwords for an account from one address, from one address for any account,
# and for an account from anywhere; what an address has left once those are too many.
LOGIN, BY_ADDRESS, BY_ACCOUNT = "login", "login-address", "login-account"
UNDER_ATTACK = "login-under-attack"
PASSWORD_CHECK = "password-check"  # noqa: S105 - the name of an action


@dataclass(frozen=True, slots=True)
class Attempt:
    """Outcome of a login: a user, none, or the seconds to wait before the next try."""

    user: User | None = None
    wait_s: int = 0


def log_in(request: HttpRequest, username: str, password: str) -> Attempt:
    """Authenticate a user, unless there were too many attempts.

    An attempt counts before the password is checked, so that concurrent attempts don't
    bypass the limit; it is taken back if the password could not be checked.
    """
    address, account = client_ip(request), _account(username)
    origin = f"{text.one_line(username, max_length=MAX_USERNAME_LENGTH)} from {address}"
    if wait_s := _hit(address, account):
        logger.warning("Too many wrong passwords for %s", origin)
        return Attempt(wait_s=wait_s)
    user = authenticate(request, username=username, password=password)
    if isinstance(user, User):
        _undo(address, account)
        _forget_pair(address, account)
        return Attempt(user)
    if getattr(request, "directory_is_away", False):
        _undo(address, account)
    else:
        logger.warning("Wrong password for %s", origin)
    return Attempt()


def check_own_password(
    user: User, password: str, request: HttpRequest | None = None
) -> bool:
    """Check the password of a logged-in user who has to enter it again.

    Without a usable password, the directory checks it; if that doesn't respond,
    ``request.directory_is_away`` is set, and the attempt counts all the same. Raises
    TooManyAttempts.
    """
    account = user.get_username()
    rate_limit.enforce(PASSWORD_CHECK, account=account)
    if not _is_password_of(user, password, request):
        logger.warning("Wrong password for %s, who is logged in", account)
        return False
    rate_limit.forget(PASSWORD_CHECK, account=account)
    return True


def _is_password_of(user: User, password: str, request: HttpRequest | None) -> bool:
    if user.has_usable_password():
        return user.check_password(password)
    account = user.get_username()
    if authenticate(request, username=account, password=password) != user:
        return False
    user.refresh_from_db()  # the directory may have updated the user
    return True


def forget(user: User, address: str | None) -> None:
    """Lift the limits of a user who has proved their identity."""
    account = user.get_username()
    _forget_pair(address, account)
    rate_limit.forget(BY_ACCOUNT, account=account)
    rate_limit.forget(PASSWORD_CHECK, account=account)


def _hit(address: str | None, account: str) -> int:
    """Count an attempt; while an account is attacked, each address has fewer.

    The account is not locked: its owner comes from another address.
    """
    wait_s = rate_limit.hit(LOGIN, address=address, account=account)
    wait_s = wait_s or rate_limit.hit(BY_ADDRESS, address=address)
    if wait_s or not rate_limit.hit(BY_ACCOUNT, account=account):
        return wait_s
    return rate_limit.hit(UNDER_ATTACK, address=address, account=account)


def _undo(address: str | None, account: str) -> None:
    rate_limit.undo(LOGIN, address=address, account=account)
    rate_limit.undo(BY_ADDRESS, address=address)
    rate_limit.undo(BY_ACCOUNT, account=account)
    rate_limit.undo(UNDER_ATTACK, address=address, account=account)


def _forget_pair(address: str | None, account: str) -> None:
    rate_limit.forget(LOGIN, address=address, account=account)
    rate_limit.forget(UNDER_ATTACK, address=address, account=account)


def _account(username: str) -> str:
    """Return the name of the account that the database matches with a name.

    Some ignore case, accents and invisible characters.
    """
    matching = Q(username=username) | Q(username__iexact=username)
    names = (
        User.objects.filter(matching).order_by("pk").values_list("username", flat=True)
    )
    return names.first() or username
