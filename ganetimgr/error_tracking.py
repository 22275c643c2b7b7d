"""Error tracking with Sentry: exceptions in pages, and errors that are logged.

Needs requirements-sentry.txt, which is imported only if SENTRY is activated.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from apps.mails.scrubbing import scrub

# Nothing else leaves: no user, headers, cookies, form data, settings, arguments.
SENT_KEYS = (
    *("event_id", "timestamp", "platform", "sdk", "level", "logger", "release"),
    *("environment", "server_name", "transaction", "exception", "logentry"),
    *("message", "fingerprint"),
)
SENT_LOG_ENTRY_KEYS = ("message", "formatted")
SENT_CONTEXTS = ("runtime", "os")
FLUSH_WITHIN_S = 2.0


def start() -> None:
    """Initialize Sentry if SENTRY is activated."""
    if not settings.SENTRY["activate"]:
        return
    import sentry_sdk  # noqa: PLC0415 - not installed everywhere
    from sentry_sdk.integrations.atexit import AtexitIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.dedupe import DedupeIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.django import DjangoIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.excepthook import (  # noqa: PLC0415
        ExcepthookIntegration,
    )
    from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415

    sentry_sdk.init(
        dsn=settings.SENTRY["sentry_dsn"],
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            DjangoIntegration(),
            LoggingIntegration(level=None),
            ExcepthookIntegration(),
            DedupeIntegration(),
            AtexitIntegration(callback=lambda _pending, _timeout: None),
        ],
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        propagate_traces=False,
        before_send=_before_send,
    )


def stop() -> None:
    """Flush pending events before a process ends without exit handlers."""
    if settings.SENTRY["activate"]:
        import sentry_sdk  # noqa: PLC0415

        sentry_sdk.flush(FLUSH_WITHIN_S)


def _before_send(event: Any, _hint: Any) -> Any:
    # Anybody can cause these, with a wrong Host for one; they are only logged.
    if str(event.get("logger", "")).startswith("django.security"):
        return None
    return reduce_event(event)


def reduce_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of an event that may be sent, scrubbed as error mails are."""
    reduced = {key: event[key] for key in SENT_KEYS if key in event}
    entry = event.get("logentry")
    if isinstance(entry, Mapping):
        reduced["logentry"] = {key: entry.get(key) for key in SENT_LOG_ENTRY_KEYS}
    contexts = event.get("contexts") or {}
    reduced["contexts"] = {
        key: contexts[key] for key in SENT_CONTEXTS if key in contexts
    }
    reduced["request"] = dict(_request(event.get("request") or {}))
    return {key: _scrubbed(value) for key, value in reduced.items()}


def _request(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if method := request.get("method"):
        yield "method", str(method)
    if url := request.get("url"):
        yield "url", urlsplit(str(url)).path


def _scrubbed(value: Any) -> Any:
    """Return the value with its texts scrubbed, without local variables."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {key: _scrubbed(item) for key, item in value.items() if key != "vars"}
    if isinstance(value, list | tuple):
        return [_scrubbed(item) for item in value]
    return value
