"""The acting user of a request."""

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest

from apps.web.requests import client_ip

from .entries import Acting


def acting(request: HttpRequest) -> Acting:
    return Acting(user=cast(User, request.user), address=client_ip(request))
