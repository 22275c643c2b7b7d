"""reCAPTCHA: whether somebody who registers is no robot, if its keys are set."""

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
# What the box itself loads from elsewhere.
PARTS = "https://www.gstatic.com"


class CaptchaField(ReCaptchaField):  # type: ignore[misc]  # it has no types
    """django-recaptcha's, asking where the settings say, and by no means for long.

    ``remote`` is where the request came from.
    """

    remote: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Are you human?"))
        messages = {"required": _("Tick the box to confirm that you're not a robot.")}
        super().__init__(*args, error_messages=messages, **kwargs)

    def validate(self, value: str | None) -> None:
        super(ReCaptchaField, self).validate(value)
        try:
            answer = _ask(value or "", self.remote)
        except (requests.RequestException, ValueError, RecursionError) as exc:
            logger.warning("reCAPTCHA did not answer: %s", exc)
            raise ValidationError(
                _("reCAPTCHA isn't responding. Send the form again in a moment.")
            ) from exc
        if not answer.is_valid:
            logger.info("reCAPTCHA says no: %s", answer.error_codes)
            raise ValidationError(_("The reCAPTCHA check failed. Tick the box again."))


def _ask(response: str, remote: str | None) -> RecaptchaResponse:
    """Raise RequestException, ValueError or RecursionError if it makes no sense."""
    answer = requests.post(
        f"{settings.RECAPTCHA_URL.rstrip('/')}/api/siteverify",
        data={
            "secret": settings.RECAPTCHA_PRIVATE_KEY,
            "response": response,
            "remoteip": remote or "",
        },
        timeout=TIMEOUT_S,
    )
    answer.raise_for_status()
    said = answer.json()
    if not isinstance(said, dict):
        said = {}
    return RecaptchaResponse(said.get("success") is True, said.get("error-codes"))


def script() -> str:
    """Return where the script is that draws the box."""
    return f"{settings.RECAPTCHA_URL.rstrip('/')}/api.js"


def sources() -> dict[str, list[str]]:
    """Return what a page with the box needs in its content security policy."""
    parts = urlsplit(settings.RECAPTCHA_URL)
    origin = f"{parts.scheme}://{parts.netloc}"
    return {
        "script-src": [SELF, origin, PARTS],
        "frame-src": [SELF, origin],
        "connect-src": [SELF, origin],
    }
