"""Form data of Nina's registration."""

from django.urls import reverse

from tests.accounts.conftest import PASSWORD

REGISTER = reverse("accounts:register")


REGISTERED = reverse("accounts:registered")


GOOD = {
    "username": "nina",
    "email": "Nina@Example.org",
    "first_name": "Nina",
    "last_name": "Newton",
    "phone": "+30 210 1234567",
    "terms": "on",
}


NINA = "Nina@example.org"


CHOSEN_PASSWORD = {"password": PASSWORD, "password_again": PASSWORD}
