"""Fixtures and hooks of all tests."""

import gc
import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest
from django.core import mail
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.mail import EmailMessage
from django.utils import translation
from pytest_django import Settings

from apps.auditlog import digest
from apps.ganeti.jobs import handlers
from apps.mails import delivery
from apps.work import cached_count
from ganetimgr.settings import defaults
from tests import services

Server = TypeVar("Server", bound=services.Service)
Report = pytest.TestReport | pytest.CollectReport
pytest_plugins = [
    "tests.ganeti.configuring",
    "tests.ganeti.confirming",
    "tests.ganeti.fixtures",
    "tests.ganeti.jobs",
    "tests.greek",
    "tests.lab",
    "tests.limited",
    "tests.system.debian",
]

HEAVY = ("again", "attack", "browser", "system", "lab")

# No deadline, which a loaded machine would miss; a property's examples share the rows
# and fixtures of their test. "make test-fast" tries fewer of them.
hypothesis.settings.register_profile(
    "thorough",
    max_examples=50,
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.function_scoped_fixture,
        hypothesis.HealthCheck.too_slow,
    ],
)
hypothesis.settings.register_profile(
    "quick", hypothesis.settings.get_profile("thorough"), max_examples=10
)
hypothesis.settings.load_profile("thorough")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one worker more than there are processors: a fifth of the time is waiting."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Keep tests that share a browser, a product or machines of the lab on one worker.

    Before xdist reads the groups, which it does in this hook too. It begins with the
    largest; of those that are alone, the one that takes longest is to be the first.
    """
    for item in items:
        if group := heavy_group(item):
            item.add_marker(pytest.mark.xdist_group(group))
    yield
    items.sort(key=lambda item: item.get_closest_marker("again") is None)


def heavy_group(item: pytest.Item) -> str:
    """Return the group of a test that shares processes with others, else ""."""
    markers = [marker for marker in HEAVY if item.get_closest_marker(marker)]
    if markers == ["lab"]:
        # Without a product they share no more than the machines of their module.
        return f"lab-{item.path.stem}"
    return "browser" if "browser" in markers else "-".join(markers)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Report, Report]:
    report = without_skip((yield))
    report.sections = [(name, writable(text)) for name, text in report.sections]
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Report, Report]:
    return without_skip((yield))


def pytest_sessionfinish() -> None:
    """Collect garbage here, once: pytest would walk the whole heap five times."""
    gc.collect()
    gc.freeze()


def writable(text: str) -> str:
    """Escape halves of surrogate pairs: xdist's workers can't send them."""
    return text.encode(errors="backslashreplace").decode()


def without_skip(report: Report) -> Report:
    """Report a skipped test as failed in CI, where everything is installed."""
    is_skip = report.outcome == "skipped" and not hasattr(report, "wasxfail")
    if is_skip and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"Skipped although CI=true: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _clear_cache() -> None:
    """Keep attempts of other tests from counting against rate limits."""
    cache.clear()


@pytest.fixture(autouse=True)
def _default_language() -> None:
    """Start in the default language: a request leaves that of its reader active."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _keep_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep cached counts until the end of the test, however long it takes."""
    monkeypatch.setattr(cached_count, "KEPT_S", 600)


@pytest.fixture
def no_rate_limits(settings: Settings) -> None:
    """Lift all rate limits."""
    settings.RATE_LIMITS = {action: {} for action in settings.RATE_LIMITS}


@pytest.fixture(autouse=True)
def _forbid_cache_in_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail if a job handler uses the cache: it would block the watcher."""
    handle = handlers.handle

    def handle_without_cache(pk: int) -> bool:
        with monkeypatch.context() as patched:
            for name in ("get", "set", "has_key", "delete"):
                patched.setattr(LocMemCache, name, refuse)
            return handle(pk)

    def refuse(*_args: object, **_kwargs: object) -> None:
        pytest.fail("A handler uses the cache, within its transaction.")

    monkeypatch.setattr(handlers, "handle", handle_without_cache)


@pytest.fixture
def state_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Move the state directory of the embedded default to a temporary one."""
    state = tmp_path / "state"
    database = {**defaults.DATABASES["default"], "NAME": state / "ganetimgr.sqlite3"}
    cache = {**defaults.CACHES["default"], "LOCATION": state / "cache"}
    monkeypatch.setattr(defaults, "STATE_DIR", state)
    monkeypatch.setattr(defaults, "DATABASES", {"default": database})
    monkeypatch.setattr(defaults, "CACHES", {"default": cache})
    return state


Sent = Callable[[], list[EmailMessage]]


@pytest.fixture
def sent(db: None) -> Sent:
    """Return a function that sends pending mails and returns all sent so far."""

    def deliver() -> list[EmailMessage]:
        digest.send()
        while delivery.deliver():
            pass
        return list(mail.outbox)

    return deliver


@pytest.fixture
def redis() -> Iterator[services.Redis]:
    yield from running(services.Redis)


@pytest.fixture
def beanstalkd() -> Iterator[services.Beanstalkd]:
    yield from running(services.Beanstalkd)


@pytest.fixture(scope="session")
def slapd() -> Iterator[services.Slapd]:
    yield from running(services.Slapd)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[services.MariaDB]:
    yield from running(services.MariaDB)


def running(kind: type[Server]) -> Iterator[Server]:
    if not kind.is_installed():
        pytest.skip(f"{kind.program} is not installed")
    with kind() as service:
        yield service
