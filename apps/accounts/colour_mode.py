"""The colour mode (light, dark or the system's), stored in a cookie."""

from django.http import HttpRequest

CHOICES = ("auto", "light", "dark")
COOKIE = "colours"


def of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in CHOICES else "auto"
