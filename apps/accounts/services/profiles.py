"""Who somebody is and how to reach them: read, changed, and asked for at first."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from apps.auditlog import entries
from apps.auditlog.entries import Acting, Change

from .. import contact
from ..models import Preferences, Profile

CHANGED = "profile-change"
# In the session of who is to be asked for a name and a key.
GREET = "greet"


def of(user: User) -> Profile:
    """Return somebody's profile, made if there is none yet."""
    return Profile.objects.get_or_create(user=user)[0]


def seen(user: User) -> Profile:
    """Return somebody's profile to be looked at; an empty one if there is none."""
    found = Profile.objects.filter(user=user).select_related("organization")
    return found.first() or Profile(user=user)


def chosen_language(user: User) -> str:
    """Return the language that somebody chose for emails; empty: the site's own."""
    kept = Preferences.objects.filter(user=user).values_list("language", flat=True)
    return kept.first() or ""


def change(by: Acting, wanted: Mapping[str, Any]) -> list[Change]:
    """Write down who somebody is; return what is different now.

    ``wanted`` has first_name, last_name, phone, language and, where there are any to
    choose from, organization.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=by.user.pk)
        profile = of(user)
        changes = [*_names(user, wanted), *_contact(profile, user, wanted)]
        if changes:
            user.save(update_fields=["first_name", "last_name"])
            profile.save()
            entries.record(by, CHANGED, changes=changes)
    return changes


def _names(user: User, wanted: Mapping[str, Any]) -> Iterator[Change]:
    for name in ("first_name", "last_name"):
        before = getattr(user, name)
        if before != wanted[name]:
            yield name, before or None, wanted[name] or None
            setattr(user, name, wanted[name])


def _contact(
    profile: Profile, user: User, wanted: Mapping[str, Any]
) -> Iterator[Change]:
    for name in ("phone", "organization"):
        if name not in wanted:
            continue
        before, after = getattr(profile, name), wanted[name]
        if before != after:
            yield name, str(before or "") or None, str(after or "") or None
            setattr(profile, name, after)
    before = chosen_language(user)
    if before != wanted["language"]:
        yield "language", before or None, wanted["language"] or None
        contact.remember_language(user, wanted["language"])


# -- the greeting


def lacks_something(user: User) -> bool:
    """Tell whether somebody has told no name, or has no key to log in with."""
    return not (user.get_full_name() and user.ssh_keys.exists())


def note_log_in(request: HttpRequest, user: User) -> None:
    """Give somebody a profile who has none, and see to it that they are greeted.

    Pages look into the session alone, so that the greeting costs them nothing.
    """
    if of(user).greeted_at is not None or not hasattr(request, "session"):
        return
    request.session[GREET] = True
    note_change(request, user)


def note_change(request: HttpRequest, user: User) -> None:
    """Stop greeting who has told all by now."""
    if GREET in request.session and not lacks_something(user):
        stop_greeting(request, user)


def stop_greeting(request: HttpRequest, user: User) -> None:
    """Remember that somebody was greeted, for good."""
    request.session.pop(GREET, None)
    Profile.objects.update_or_create(user=user, defaults={"greeted_at": timezone.now()})
