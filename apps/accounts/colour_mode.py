"""Light, dark, or as the system says: remembered in the browser alone."""

from django.http import HttpRequest

CHOICES = ("auto", "light", "dark")
COOKIE = "colours"


def of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in CHOICES else "auto"
