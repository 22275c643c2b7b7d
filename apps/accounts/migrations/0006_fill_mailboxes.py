"""Fill the tables of mailboxes and unconfirmed registrations from what there is."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import migrations

from apps.accounts.services.names import key_of
from apps.mails.one_time_keys import hash_of
from apps.web.mail_addresses import comparison_key, normalize

logger = logging.getLogger("apps.accounts")


def move_unconfirmed(apps: Any, _editor: Any) -> None:
    """Make registrations of users whose address was never confirmed; keep their links."""
    profiles = apps.get_model("registration", "RegistrationProfile").objects
    unconfirmed = profiles.filter(
        activated=False, user__is_active=False, user__last_login=None
    )
    for profile in unconfirmed.select_related("user"):
        user = profile.user
        key = _key(user.email)
        if key:
            _register(apps, profile, key)
        user.delete()


def _register(apps: Any, profile: Any, mailbox_key: str) -> None:
    user = profile.user
    contact = apps.get_model("accounts", "Profile").objects.filter(user=user).first()
    preferences = apps.get_model("accounts", "Preferences").objects
    preferred = preferences.filter(user=user).first()
    registrations = apps.get_model("accounts", "UnconfirmedRegistration").objects
    registrations.get_or_create(
        name_key=key_of(user.username),
        defaults={
            "username": user.username,
            "email": normalize(user.email),
            "mailbox_key": mailbox_key,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "phone": contact.phone if contact else "",
            "organization": contact.organization if contact else None,
            "language": (preferred and preferred.language) or settings.LANGUAGE_CODE,
            "digest": hash_of(profile.activation_key),
            "registered_at": user.date_joined,
        },
    )


def hash_keys(apps: Any, _editor: Any) -> None:
    for app, name, field in (
        ("registration", "RegistrationProfile", "activation_key"),
        ("accounts", "RegistrationDecision", "key"),
    ):
        for row in apps.get_model(app, name).objects.all():
            setattr(row, field, hash_of(getattr(row, field)))
            row.save(update_fields=[field])


def fill_mailboxes(apps: Any, _editor: Any) -> None:
    """Give each user their mailbox, and report what staff have to mend."""
    mailboxes = apps.get_model("accounts", "Mailbox").objects
    users = apps.get_model("auth", "User").objects.exclude(email="")
    for user in users.order_by("-is_active", "pk"):
        key = _key(user.email)
        if not key:
            logger.warning("%s has no valid mail address: %r", user.username, user.email)
            continue
        copy = mailboxes.filter(key=key).count()
        mailboxes.create(user=user, key=key, copy=copy)
        if copy:
            logger.warning("%s shares the mail address %s", user.username, key)
        if user.email != normalize(user.email):
            user.email = normalize(user.email)
            user.save(update_fields=["email"])


def _key(address: str) -> str:
    try:
        return comparison_key(address)
    except ValidationError:
        return ""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_names_and_mailboxes"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("registration", "0005_activation_key_sha256"),
    ]

    operations = [
        migrations.RunPython(move_unconfirmed, migrations.RunPython.noop),
        migrations.RunPython(hash_keys, migrations.RunPython.noop),
        migrations.RunPython(fill_mailboxes, migrations.RunPython.noop),
    ]
