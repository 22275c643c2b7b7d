"""Profiles: names, contact details, and the greeting of users who lack them."""

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
# Session key: the user is asked for a name and an SSH key.
GREET = "greet"


def of(user: User) -> Profile:
    """Return the user's profile; create it if there is none."""
    return Profile.objects.get_or_create(user=user)[0]


def profile_of(user: User) -> Profile:
    """Return the user's profile, unsaved and empty if there is none."""
    profiles = Profile.objects.filter(user=user).select_related("organization")
    return profiles.first() or Profile(user=user)


def chosen_language(user: User) -> str:
    """Return the language that the user chose for emails; empty if none."""
    languages = Preferences.objects.filter(user=user).values_list("language", flat=True)
    return languages.first() or ""


def change(by: Acting, values: Mapping[str, Any]) -> list[Change]:
    """Save the user's own profile; return the changes.

    ``values`` has first_name, last_name, phone, language and, where there are any to
    choose from, organization.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=by.user.pk)
        profile = of(user)
        changes = [*_names(user, values), *_contact(profile, user, values)]
        if changes:
            user.save(update_fields=["first_name", "last_name"])
            profile.save()
            entries.record(by, CHANGED, changes=changes)
    return changes


def _names(user: User, values: Mapping[str, Any]) -> Iterator[Change]:
    for name in ("first_name", "last_name"):
        previous = getattr(user, name)
        if previous != values[name]:
            yield name, previous or None, values[name] or None
            setattr(user, name, values[name])


def _contact(
    profile: Profile, user: User, values: Mapping[str, Any]
) -> Iterator[Change]:
    for name in ("phone", "organization"):
        if name not in values:
            continue
        previous, current = getattr(profile, name), values[name]
        if previous != current:
            yield name, str(previous or "") or None, str(current or "") or None
            setattr(profile, name, current)
    previous = chosen_language(user)
    if previous != values["language"]:
        yield "language", previous or None, values["language"] or None
        contact.remember_language(user, values["language"])


# -- the greeting


def is_incomplete(user: User) -> bool:
    """Tell whether the user has no name or no SSH key."""
    return not (user.get_full_name() and user.ssh_keys.exists())


def note_log_in(request: HttpRequest, user: User) -> None:
    """Create the user's profile if needed, and greet new users.

    The session says whether to, so that pages need no query for it.
    """
    if of(user).greeted_at is not None or not hasattr(request, "session"):
        return
    request.session[GREET] = True
    note_change(request, user)


def note_change(request: HttpRequest, user: User) -> None:
    """Stop the greeting once the profile is complete."""
    if GREET in request.session and not is_incomplete(user):
        stop_greeting(request, user)


def stop_greeting(request: HttpRequest, user: User) -> None:
    """End the greeting for good."""
    request.session.pop(GREET, None)
    Profile.objects.update_or_create(user=user, defaults={"greeted_at": timezone.now()})
