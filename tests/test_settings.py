"""The operator's settings file: how it is read, and which values are refused."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from ganetimgr.settings import defaults, loading, wiring
from ganetimgr.settings.checks import RULES, complaints, doubts

Load = Callable[[str], dict[str, Any]]
NOT_OPERATORS = {"BASE_DIR", "STATE_DIR"}
DEFAULTS = {**loading.upper(vars(wiring)), **loading.upper(vars(defaults))}
DEFAULTS["SECRET_KEY"] = "k" * 50
DATABASE_CACHE = "django.core.cache.backends.db.DatabaseCache"


@pytest.fixture
def load(
    tmp_path: Path, state_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> Load:
    def load_file(content: str) -> dict[str, Any]:
        path = tmp_path / "settings.py"
        path.write_text(content)
        monkeypatch.setenv("GANETIMGR_SETTINGS", str(path))
        return loading.load()

    return load_file


def test_every_default_has_a_rule_and_keeps_it() -> None:
    assert set(RULES) == set(loading.upper(vars(defaults))) - NOT_OPERATORS
    assert list(complaints(DEFAULTS)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAPI_CONNECT_TIMEOUT", "8"),
        ("RAPI_CONNECT_TIMEOUT", 0),
        ("RAPI_RESPONSE_TIMEOUT", True),
        ("RAPI_RESPONSE_TIMEOUT", float("nan")),
        ("RAPI_CALLS_IN_FLIGHT", 4.5),
        ("SNAPSHOT_REFRESH_SECONDS", 0),
        ("GANETI_TAG_PREFIX", ""),
        ("GANETI_TAG_PREFIX", "a:b"),
        ("WHITELIST_IP_MAX_SUBNET_V4", 33),
        ("WHITELIST_IP_MAX_SUBNET_V6", 129),
        ("AUDIT_ENTRIES_LAST_X_DAYS", -1),
        ("ADMINS", ["root@localhost"]),
        ("MANAGERS", [("root", "nowhere")]),
        ("MANAGERS", [("A", "a@example.org"), ("B", "b@example.org;")]),
        ("ADMINS", [("B", "b@example.org, c@example.org")]),
        ("SERVER_EMAIL", "root"),
        ("DEFAULT_FROM_EMAIL", "VPS <vps@example.org>;"),
        ("DEFAULT_FROM_EMAIL", "Smith, John <vps@example.org>"),
        ("ALLOWED_HOSTS", "localhost"),
        ("CSRF_TRUSTED_ORIGINS", ["example.org"]),
        ("BEANSTALK_URL", "127.0.0.1:11300"),
        ("BEANSTALK_URL", "beanstalk://127.0.0.1:port"),
        ("BEANSTALK_TUBE", "a tube"),
        ("NOVNC_PROXY", "localhost"),
        ("COLLECTD_URL", "graphs"),
        ("TIME_ZONE", "Europe/Nowhere"),
        ("LANGUAGE_CODE", "xx"),
        ("STATIC_URL", "static"),
        ("SECRET_KEY", "short"),
        ("RAPI_PASSWORD_KEYS", "one key"),
        ("EMAIL_PORT", 0),
        ("EMAIL_BACKEND", "nowhere.Backend"),
        ("DATABASES", {}),
        ("CACHES", []),
        ("CACHES", {"default": {}}),
        ("CACHES", {"default": {"BACKEND": "django_redis.cache.RedisCache"}}),
        ("CACHES", {**DEFAULTS["CACHES"], "x": {"BACKEND": DATABASE_CACHE}}),
        ("BRANDING", {"TITEL": "x"}),
        ("BRANDING", {"SHOW_ORGANIZATION_FORM": "no"}),
        ("BRANDING", {"ANALYTICS_FILE_PATH": "/nowhere"}),
        ("FLATPAGES", {"ABOUT": True}),
        ("OPERATING_SYSTEMS", {"debian": {"description": "Debian"}}),
        ("OPERATING_SYSTEMS", {"": {"description": "D", "provider": "p"}}),
        ("OPERATING_SYSTEMS", {"x" * 256: {"description": "D", "provider": "p"}}),
        ("OPERATING_SYSTEMS_URLS", ["ftp://images"]),
        ("OPERATING_SYSTEMS_URLS", "http://images/"),
        ("SNF_OPERATING_SYSTEMS_URLS", ["images"]),
        ("IMAGES_URL", "images"),
        ("TRUSTED_PROXIES", ["proxy.example.org"]),
        ("TRUSTED_PROXIES", ["192.0.2.1/24"]),
        ("SENTRY", {"activate": "yes"}),
        ("SENTRY", {"activate": True, "sentry_dsn": ""}),
        ("SENTRY", {"activate": True, "sentry_dsn": "https://sentry.example.org/1"}),
        ("RATE_LIMITS", {"log-in": {}}),
        ("RATE_LIMITS", {"login": {"account_and_address": (0, 900)}}),
        ("RATE_LIMITS", {"login": {"account_and_address": (5, 86_401)}}),
        ("RATE_LIMITS", {"login": {"host": (5, 900)}}),
        ("SECURE_PROXY_SSL_HEADER", "X-Forwarded-Proto"),
        ("HELPDESK_INTEGRATION_JAVASCRIPT_URL", "jira.example.org/collector.js"),
        ("HELPDESK_INTEGRATION_JAVASCRIPT_PARAMS", True),
        ("HELPDESK_INTEGRATION_JAVASCRIPT_PARAMS", {3: "priority"}),
        ("HELPDESK_INTEGRATION_JAVASCRIPT_PARAMS", {"since": date(2026, 1, 1)}),
    ],
)
def test_a_wrong_value_is_named_in_one_line(name: str, value: object) -> None:
    if name == "SENTRY":
        pytest.importorskip("sentry_sdk", reason="requirements-sentry.txt is missing")

    lines = list(complaints({**DEFAULTS, name: value}))

    assert len(lines) == 1
    assert lines[0].startswith(name)
    assert "\n" not in lines[0]


@given(
    name=st.sampled_from(sorted(RULES)),
    value=st.one_of(
        st.none(),
        st.text(),
        st.integers(),
        st.floats(),
        st.lists(st.text()),
        st.dictionaries(st.text(), st.integers()),
    ),
)
def test_no_value_breaks_the_checks(name: str, value: object) -> None:
    for line in complaints({**DEFAULTS, name: value}):
        assert name.split("_", maxsplit=1)[0] in line


@pytest.mark.parametrize(
    "sender", ["vps@example.org", "VPS service <vps@example.org>", "vps@localhost"]
)
def test_a_sender_may_have_a_name(sender: str) -> None:
    assert not list(complaints({**DEFAULTS, "DEFAULT_FROM_EMAIL": sender}))


def test_rate_limits_may_be_set_in_part(load: Load) -> None:
    limits = load("RATE_LIMITS = {'login': {'address': [9, 60]}}")["RATE_LIMITS"]

    assert limits["login"]["address"] == [9, 60]
    assert limits["login"]["account_and_address"] == (5, 900)
    assert limits["application"] == defaults.RATE_LIMITS["application"]


def test_one_address_of_meta_files_needs_no_list() -> None:
    assert not list(complaints({**DEFAULTS, "IMAGES_URL": "http://images/"}))


def test_a_secret_is_not_shown_in_its_complaint() -> None:
    (line,) = complaints({**DEFAULTS, "SECRET_KEY": "s3cret"})

    assert "s3cret" not in line


def test_sentry_needs_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ganetimgr.settings.checks.find_spec", lambda _name: None)
    sentry = {"activate": True, "sentry_dsn": "https://key@sentry.example.org/1"}

    lines = list(complaints({**DEFAULTS, "SENTRY": sentry}))

    assert lines == ["SENTRY.activate needs what requirements-sentry.txt installs."]


def test_values_that_exclude_each_other_are_named() -> None:
    tls_and_ssl = {**DEFAULTS, "EMAIL_USE_TLS": True, "EMAIL_USE_SSL": True}
    public_key_only = {**DEFAULTS, "RECAPTCHA_PUBLIC_KEY": "k"}

    assert "EMAIL_USE_SSL" in next(complaints(tls_and_ssl))
    assert "RECAPTCHA_PRIVATE_KEY" in next(complaints(public_key_only))


@pytest.mark.parametrize(
    ("ldap_settings", "missing"),
    [
        ({"AUTH_LDAP_SERVER_URI": "ldap://x"}, "AUTH_LDAP_USER_DN_TEMPLATE"),
        ({"AUTH_LDAP_MIRROR_GROUPS": True}, "AUTH_LDAP_GROUP_TYPE"),
    ],
)
def test_missing_ldap_settings_are_named(
    ldap_settings: dict[str, object], missing: str
) -> None:
    lines = list(complaints({**DEFAULTS, **ldap_settings}))

    assert any(missing in line for line in lines)


def test_ldap_is_the_last_backend_and_has_a_timeout(load: Load) -> None:
    values = load(
        "AUTH_LDAP_SERVER_URI = 'ldap://x'\n"
        "AUTH_LDAP_CONNECTION_OPTIONS = {0x5002: 9}\n"
    )

    backends = values["AUTHENTICATION_BACKENDS"]
    assert backends[0] == "django.contrib.auth.backends.ModelBackend"
    assert backends[-1] == "apps.accounts.ldap_backend.LDAPBackend"
    assert values["AUTH_LDAP_CONNECTION_OPTIONS"] == {0x5005: 3, 0x5002: 9}


def test_ldap_settings_are_not_reported_as_misspelt() -> None:
    assert list(doubts(frozenset({"AUTH_LDAP_DENY_GROUP"}))) == []


def test_a_misspelt_name_is_reported_and_a_custom_one_is_not() -> None:
    lines = list(doubts(frozenset({"RAPI_CONECT_TIMEOUT", "OUR_DEPARTMENT"})))

    assert lines == [
        "RAPI_CONECT_TIMEOUT is no setting; perhaps 'RAPI_CONNECT_TIMEOUT' is meant."
    ]


def test_the_operators_file_overrides_the_defaults(load: Load) -> None:
    values = load("RAPI_CONNECT_TIMEOUT = RAPI_CONNECT_TIMEOUT + 1\n")

    assert values["RAPI_CONNECT_TIMEOUT"] == 9
    assert values["OPERATOR_NAMES"] == {"RAPI_CONNECT_TIMEOUT"}


def test_branding_keeps_the_keys_that_the_operator_leaves_out(load: Load) -> None:
    values = load("BRANDING = {'TITLE': 'Okeanos'}\n")

    assert values["BRANDING"]["TITLE"] == "Okeanos"
    assert values["BRANDING"]["SHOW_ORGANIZATION_FORM"] is True


def test_the_older_name_of_the_response_timeout_still_works(load: Load) -> None:
    assert load("RAPI_TIMEOUT = 7\n")["RAPI_RESPONSE_TIMEOUT"] == 7


def test_sqlite_keeps_immediate_transactions_and_wal_with_other_options(
    load: Load,
) -> None:
    values = load(
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3',"
        " 'NAME': STATE_DIR / 'x', 'OPTIONS': {'timeout': 3}}}\n"
    )

    options = values["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert options["timeout"] == 3


def test_the_first_run_makes_a_secret_key_and_the_next_keeps_it(
    load: Load, tmp_path: Path
) -> None:
    first = load("")["SECRET_KEY"]
    second = load("")["SECRET_KEY"]

    path = tmp_path / "state" / "secret-key"
    assert first == second == path.read_text().strip()
    assert len(first) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_first_run_makes_the_state_directory_for_the_embedded_database(
    tmp_path: Path, load: Load
) -> None:
    load(f"SECRET_KEY = {'k' * 50!r}\n")

    assert (tmp_path / "state").is_dir()


@pytest.mark.parametrize("content", ["", f"SECRET_KEY = {'k' * 50!r}\n"])
def test_a_state_directory_that_cannot_be_made_is_named(
    tmp_path: Path, load: Load, content: str
) -> None:
    (tmp_path / "state").write_text("a file is in its way")

    with pytest.raises(ImproperlyConfigured, match=re.escape(str(tmp_path / "state"))):
        load(content)


def test_the_state_directory_is_not_for_the_settings_file(load: Load) -> None:
    with pytest.raises(ImproperlyConfigured, match="GANETIMGR_STATE"):
        load("STATE_DIR = '/somewhere'\n")


def test_assets_are_hashed_except_with_debug(load: Load) -> None:
    backends = [
        load(f"DEBUG = {debug}")["STORAGES"]["staticfiles"]["BACKEND"]
        for debug in (True, False)
    ]

    assert ["Manifest" in backend for backend in backends] == [False, True]


@pytest.mark.parametrize(
    ("content", "location"),
    [("x = = 1\n", "line 1"), ("\n1 / 0\n", "line 2"), ("import nowhere\n", "line 1")],
)
def test_a_file_that_cannot_be_run_is_named_with_its_line(
    load: Load, content: str, location: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=location) as raised:
        load(content)

    assert "settings.py" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "command", [["manage.py", "migrate"], ["-m", "ganetimgr.wsgi"]]
)
def test_every_wrong_value_is_named_at_the_start_and_nothing_starts(
    command: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "settings.py"
    path.write_text("CACHES = 5\nRAPI_CONNECT_TIMEOUT = 'eight'\n")

    run = subprocess.run(  # noqa: S603 - our own files
        [sys.executable, *command],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ganetimgr.settings",
            "GANETIMGR_SETTINGS": str(path),
            "GANETIMGR_STATE": str(tmp_path / "state"),
        },
        cwd=defaults.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 3
    assert [line.split()[1] for line in run.stderr.splitlines()] == [
        "CACHES",
        "RAPI_CONNECT_TIMEOUT",
    ]
    assert not (tmp_path / "state" / "ganetimgr.sqlite3").exists()
