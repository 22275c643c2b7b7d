"""Language and SSH keys of a user, for other apps."""

from django.conf import settings
from django.contrib.auth.models import User

from .models import Preferences


def language_of(user: User) -> str:
    """Return the language of emails to a user."""
    languages = Preferences.objects.filter(user=user).values_list("language", flat=True)
    return languages.first() or settings.LANGUAGE_CODE


def remember_language(user: User, language: str) -> None:
    """Set the language of emails to a user."""
    Preferences.objects.update_or_create(user=user, defaults={"language": language})


def authorized_keys(user: User) -> str:
    """Return a user's SSH keys in the format of authorized_keys."""
    return "".join(f"{key}\n" for key in user.ssh_keys.all())
