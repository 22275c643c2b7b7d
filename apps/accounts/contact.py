"""What others need to know about a person."""

from django.conf import settings
from django.contrib.auth.models import User

from .models import Preferences


def language_of(user: User) -> str:
    """Return the language in which somebody wants to be written to."""
    kept = Preferences.objects.filter(user=user).values_list("language", flat=True)
    return kept.first() or settings.LANGUAGE_CODE


def remember_language(user: User, language: str) -> None:
    """Write to somebody in this language from now on."""
    Preferences.objects.update_or_create(user=user, defaults={"language": language})


def authorized_keys(user: User) -> str:
    """Return somebody's SSH keys as a node or a machine reads them, a line each."""
    return "".join(f"{key}\n" for key in user.ssh_keys.all())
