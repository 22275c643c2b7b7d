"""The form of a registration, as Nina fills it in."""

from django.urls import reverse

from tests.accounts.conftest import PASSWORD

REGISTER = reverse("accounts:register")


DONE = reverse("accounts:registered")


GOOD = {
    "username": "nina",
    "email": "Nina@Example.org",
    "first_name": "Nina",
    "last_name": "Newton",
    "phone": "+30 210 1234567",
    "terms": "on",
}


NINA = "Nina@example.org"


CHOSEN = {"password": PASSWORD, "password_again": PASSWORD}
