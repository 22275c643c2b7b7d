"""Errors of every process reach Sentry, without private data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.product import Product
from tests.sentry import SentryServer

pytest.importorskip("sentry_sdk", reason="requirements-sentry.txt is not installed")
pytestmark = pytest.mark.system

QUEUE_MAIL = """
from apps.mails.letters import new_mail
new_mail("a@example.org", "subject", "text").save()
"""
KEY = "k" * 40
PRIVATE = (
    *("cookie-secret", "query-secret", "body-secret", "agent-secret"),
    *("dean", KEY, "only-for-tests", "smtp-password"),
)


@pytest.fixture
def sentry() -> Iterator[SentryServer]:
    with SentryServer() as server:
        yield server


@pytest.fixture
def product(tmp_path: Path, sentry: SentryServer) -> Iterator[Product]:
    settings: dict[str, Any] = {
        "SENTRY": {"activate": True, "sentry_dsn": sentry.dsn},
        "ROOT_URLCONF": "tests.system.failing_urls",
        # No backend of this name: the watcher fails at each mail.
        "EMAIL_BACKEND": "tests.system.Nothing",
        "EMAIL_HOST_PASSWORD": "smtp-password",
    }
    with Product(tmp_path, **settings) as running:
        yield running


def test_errors_of_web_and_watcher_arrive(
    product: Product, sentry: SentryServer
) -> None:
    product.shell(QUEUE_MAIL)
    requests.post(
        f"{product.url}/fail/{KEY}/?password=query-secret",
        data={"password": "body-secret"},
        cookies={"sessionid": "cookie-secret", "csrftoken": "c" * 32},
        headers={"User-Agent": "agent-secret"},
        timeout=10,
    )
    requests.get(product.url, headers={"Host": "evil.example"}, timeout=10)
    product.wait_until(lambda: len(kinds(sentry)) > 1, 20, "an event of each process")

    assert kinds(sentry) == {"ValueError", "ImportError"}
    web = event_of(sentry, "ValueError")
    assert web["transaction"] == "/fail/{key}/"
    assert web["request"] == {"method": "POST", "url": "/fail/…/"}
    watcher = event_of(sentry, "ImportError")
    assert watcher["logentry"]["formatted"].startswith("mail")
    text = json.dumps(sentry.events())
    assert [private for private in PRIVATE if private in text] == []
    assert '"vars"' not in text
    assert "DisallowedHost" not in text


def kinds(sentry: SentryServer) -> set[str]:
    """Return the exception types of the received events."""
    return {kind_of(event) for event in sentry.events() if "exception" in event}


def event_of(sentry: SentryServer, kind: str) -> dict[str, Any]:
    """Return the first event of an exception type."""
    events = (event for event in sentry.events() if "exception" in event)
    return next(event for event in events if kind_of(event) == kind)


def kind_of(event: dict[str, Any]) -> str:
    return str(event["exception"]["values"][-1]["type"])
