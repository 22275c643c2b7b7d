"""Each mailbox belongs to one user."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError


@pytest.mark.django_db
def test_no_user_is_created_with_a_taken_address() -> None:
    User.objects.create_user("first", "both@example.org")

    with pytest.raises(CommandError, match="Another user has this address"):
        call_command(
            "createsuperuser", "--noinput", username="root", email="BOTH@example.org"
        )
    with pytest.raises(IntegrityError):
        User.objects.create_user("second", "both@EXAMPLE.org")

    assert User.objects.count() == 1
