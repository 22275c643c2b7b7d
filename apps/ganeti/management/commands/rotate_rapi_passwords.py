"""Encrypt the clusters' RAPI passwords with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.ganeti import encryption
from apps.ganeti.models import Cluster


class Command(BaseCommand):
    help = (
        "Encrypts the RAPI passwords of all clusters again, with the first key of "
        "RAPI_PASSWORD_KEYS. Put a new key in front, run this, then remove the old "
        "one. Fails, and names the clusters, when no key fits the password of some: "
        "those stay as they are and have to be typed again in the administration."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        rotated, unreadable = rotate_all()
        if options["verbosity"]:
            self.stdout.write(f"{rotated} passwords are encrypted with the first key.")
        if unreadable:
            names = ", ".join(unreadable)
            raise CommandError(f"No key fits the passwords of: {names}.")


@transaction.atomic
def rotate_all() -> tuple[int, list[str]]:
    """Re-encrypt all; return how many, and the clusters whose password no key fits."""
    unreadable: list[str] = []
    rotated = 0
    clusters = Cluster.objects.exclude(password_encrypted="").select_for_update()
    for cluster in clusters:
        try:
            cluster.password_encrypted = encryption.rotate(cluster.password_encrypted)
        except encryption.UndecryptableError:
            unreadable.append(cluster.slug)
        else:
            cluster.save(update_fields=["password_encrypted"])
            rotated += 1
    return rotated, unreadable
