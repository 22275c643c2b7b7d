"""The deployment checks of ``manage.py check --deploy``."""

from pathlib import Path

import pytest
from django.core.checks import CheckMessage, registry
from pytest_django.fixtures import Settings

from ganetimgr import deployment

REDIS = "ganetimgr.caches.redis.RedisCache"
MEMCACHED = "django.core.cache.backends.memcached.PyMemcacheCache"


def ids(messages: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in messages]


def test_the_checks_run_for_a_deployment_only() -> None:
    checks = registry.registry.get_checks(include_deployment_checks=True)
    always = registry.registry.get_checks()

    assert deployment.check_site_url in checks
    assert deployment.check_site_url not in always


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:8000", ["ganetimgr.W002"]),
        ("https://localhost", ["ganetimgr.W002"]),
        ("https://vps.localhost", ["ganetimgr.W002"]),
        ("https://127.0.0.1:8443/", ["ganetimgr.W002"]),
        ("https://[::1]", ["ganetimgr.W002"]),
        ("https://0.0.0.0", ["ganetimgr.W002"]),
        ("http://vps.example.org", ["ganetimgr.W003"]),
        ("https://vps.example.com", ["ganetimgr.W004"]),
        ("https://vps.example.org", []),
        ("https://VPS.example.org/", []),
    ],
)
def test_a_site_url_that_does_not_lead_to_the_site_is_named(
    settings: Settings, url: str, expected: list[str]
) -> None:
    settings.SITE_URL = url
    settings.ALLOWED_HOSTS = ["vps.example.org"]

    assert ids(deployment.check_site_url()) == expected


@pytest.mark.parametrize(
    "cache",
    [
        {"LOCATION": "redis://127.0.0.1:6379/1"},
        {"LOCATION": "redis://localhost"},
        {"LOCATION": "rediss://redis.example.org:6379/1"},
        {"LOCATION": "redis://:@127.0.0.1:6379/1"},
        {"LOCATION": "redis://ganetimgr@127.0.0.1"},
        {"LOCATION": ["redis://:secret@10.0.0.1", "redis://10.0.0.2"]},
        {"LOCATION": "redis://:secret@10.0.0.1;redis://10.0.0.2"},
        {"LOCATION": "redis://10.0.0.1", "OPTIONS": {"PASSWORD": ""}},
        {"LOCATION": "redis://10.0.0.1", "OPTIONS": {"SOCKET_TIMEOUT": 1}},
        {"LOCATION": "redis://[", "OPTIONS": None},
        {"BACKEND": MEMCACHED, "LOCATION": "127.0.0.1:11211"},
    ],
)
def test_a_cache_server_without_credentials_is_named(
    settings: Settings, cache: dict[str, object]
) -> None:
    settings.CACHES = {"default": {"BACKEND": REDIS, **cache}}

    assert ids(deployment.check_caches()) == ["ganetimgr.W005"]


@pytest.mark.parametrize(
    "cache",
    [
        {"LOCATION": "unix:///run/redis/redis-server.sock?db=1"},
        {"LOCATION": "redis://:secret@127.0.0.1:6379/1"},
        {"LOCATION": "rediss://ganetimgr:secret@redis.example.org:6379/1"},
        {"LOCATION": "redis://127.0.0.1:6379/1?password=secret"},
        {"LOCATION": "redis://127.0.0.1", "OPTIONS": {"PASSWORD": "secret"}},
        {
            "LOCATION": "redis://127.0.0.1",
            "OPTIONS": {"CONNECTION_POOL_KWARGS": {"password": "secret"}},
        },
        {"BACKEND": MEMCACHED, "LOCATION": "unix:/run/memcached.sock"},
        {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        {"BACKEND": "a.FileCache", "LOCATION": Path("/var/lib/ganetimgr/cache")},
    ],
)
def test_a_cache_that_others_cannot_use_is_fine(
    settings: Settings, cache: dict[str, object]
) -> None:
    settings.CACHES = {"default": {"BACKEND": REDIS, **cache}}

    assert deployment.check_caches() == []


@pytest.fixture
def readable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a directory whose parents every user seems to be able to enter."""
    stat = Path.stat
    above = set(tmp_path.parents)
    monkeypatch.setattr(
        Path,
        "stat",
        lambda self, **kw: stat(Path("/") if self in above else self, **kw),
    )
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.fixture
def settings_file(readable: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = readable / "settings.py"
    path.touch()
    path.chmod(0o640)
    monkeypatch.setenv("GANETIMGR_SETTINGS", str(path))
    return path


def test_a_settings_file_for_its_group_is_fine(settings_file: Path) -> None:
    assert deployment.check_settings_files() == []


@pytest.mark.parametrize(
    "name", ["settings.py", "settings.py~", "settings.py.bak", ".settings.py.swp"]
)
def test_a_settings_file_or_a_copy_that_all_may_read_is_named(
    settings_file: Path, name: str
) -> None:
    copy = settings_file.with_name(name)
    copy.touch()
    copy.chmod(0o644)

    (message,) = deployment.check_settings_files()

    assert message.id == "ganetimgr.W006"
    assert message.hint == f"chmod o-rwx {copy}"


def test_a_directory_that_others_cannot_enter_protects_the_settings_file(
    settings_file: Path,
) -> None:
    settings_file.chmod(0o644)
    settings_file.parent.chmod(0o750)

    assert deployment.check_settings_files() == []


def test_the_example_beside_the_settings_holds_no_secrets(settings_file: Path) -> None:
    example = settings_file.with_name("settings.py.dist")
    example.touch()
    example.chmod(0o644)

    assert deployment.check_settings_files() == []
