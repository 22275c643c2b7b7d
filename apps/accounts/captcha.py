"""The reCAPTCHA of the registration form, if its keys are set."""

import logging
from typing import Any
from urllib.parse import urlsplit

import requests
from csp.constants import SELF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_recaptcha.client import RecaptchaResponse
from django_recaptcha.fields import ReCaptchaField

logger = logging.getLogger(__name__)

TIMEOUT_S = 5
# Host of the widget's own resources.
RESOURCES_ORIGIN = "https://www.gstatic.com"


class CaptchaField(ReCaptchaField):  # type: ignore[misc]  # it has no types
    """django-recaptcha's field, with the server of the settings and a timeout.

    ``remote`` is the client's address.
    """

    remote: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Are you human?"))
        messages = {"required": _("Tick the box to confirm that you're not a robot.")}
        super().__init__(*args, error_messages=messages, **kwargs)

    def validate(self, value: str | None) -> None:
        super(ReCaptchaField, self).validate(value)
        try:
            response = _verify(value or "", self.remote)
        except (requests.RequestException, ValueError, RecursionError) as exc:
            logger.warning("reCAPTCHA did not answer: %s", exc)
            raise ValidationError(
                _("reCAPTCHA isn't responding. Send the form again in a moment.")
            ) from exc
        if not response.is_valid:
            logger.info("reCAPTCHA says no: %s", response.error_codes)
            raise ValidationError(_("The reCAPTCHA check failed. Tick the box again."))


def _verify(token: str, remote: str | None) -> RecaptchaResponse:
    """Verify a token; raises RequestException, ValueError or RecursionError."""
    response = requests.post(
        f"{settings.RECAPTCHA_URL.rstrip('/')}/api/siteverify",
        data={
            "secret": settings.RECAPTCHA_PRIVATE_KEY,
            "response": token,
            "remoteip": remote or "",
        },
        timeout=TIMEOUT_S,
    )
    response.raise_for_status()
    result = response.json()
    if not isinstance(result, dict):
        result = {}
    return RecaptchaResponse(result.get("success") is True, result.get("error-codes"))


def script() -> str:
    """Return the URL of the script that draws the widget."""
    return f"{settings.RECAPTCHA_URL.rstrip('/')}/api.js"


def sources() -> dict[str, list[str]]:
    """Return the Content-Security-Policy sources of a page with the widget."""
    parts = urlsplit(settings.RECAPTCHA_URL)
    origin = f"{parts.scheme}://{parts.netloc}"
    return {
        "script-src": [SELF, origin, RESOURCES_ORIGIN],
        "frame-src": [SELF, origin],
        "connect-src": [SELF, origin],
    }
