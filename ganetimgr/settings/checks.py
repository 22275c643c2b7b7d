"""Checks of all settings; each wrong one is reported in one line."""

import zoneinfo
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from django.conf import global_settings, settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - its name

from ganetimgr.settings import defaults, rules, wiring
from ganetimgr.settings.defaults import BASE_DIR
from ganetimgr.settings.rules import Items, Keys, Rule, Values

DAYS = rules.whole(1, 3650, "a number of days")
HTTP = rules.url("http", "https")
HTTP_LIST = rules.list_of(
    rules.url("http", "https", may_be_empty=False), "http:// or https:// URLs"
)
TEXTS = rules.list_of(rules.text(least=1), "texts that are not empty")
SIZES = rules.list_of(rules.whole(1, 2**31), "whole numbers from 1")
OPERATING_SYSTEM_ID = rules.matching(
    r"\S|\S.{0,253}\S", "ids: texts of 1 to 255 characters without spaces around them"
)
LDAP_OBJECT = Rule(
    "None, or an object of django_auth_ldap.config",
    lambda value: not isinstance(value, str | int | float | list | tuple | dict),
)
OPERATING_SYSTEM = Keys(
    {
        "description": rules.text(least=1),
        "provider": rules.text(least=1),
        "osparams": rules.mapping("names and values"),
        "ssh_key_param": rules.text(),
        "ssh_key_users": rules.either(rules.text(), TEXTS),
    },
    required=("description", "provider"),
)
OURS_OR_ELSEWHERE = rules.static_file(BASE_DIR / "static")
SOCIAL_NETWORK = Keys(
    {
        "NAME": rules.text(least=1),
        "URL": rules.url("http", "https", may_be_empty=False),
        "ICON": rules.matching(
            r"[a-z0-9-]*", "the name of an icon, such as 'mastodon', or an empty text"
        ),
    },
    required=("NAME", "URL"),
)
BRANDING = Keys(
    {
        "SERVICE_PROVIDED_BY": Keys(
            {
                "NAME": rules.text(),
                "URL": HTTP,
                "SOCIAL_NETWORKS": Items(SOCIAL_NETWORK),
            }
        ),
        "TITLE": rules.text(least=1),
        "MOTTO": rules.text(),
        "ACCENT_COLOUR": rules.matching(
            r"(#[0-9A-Fa-f]{6})?", "a colour such as '#0d6d78', or an empty text"
        ),
        "LOGO": OURS_OR_ELSEWHERE,
        "FAVICON": OURS_OR_ELSEWHERE,
        "VIDEO": OURS_OR_ELSEWHERE,
        "FOOTER_ICONS_IFRAME": rules.either(
            OURS_OR_ELSEWHERE, Rule("False", lambda value: value is False)
        ),
        "FEED_URL": HTTP,
        "ANALYTICS_FILE_PATH": rules.readable_file(),
        "SHOW_ADMINISTRATIVE_FORM": rules.flag(),
        "SHOW_ORGANIZATION_FORM": rules.flag(),
    }
)
GRAPH = Keys(
    {
        "unit": rules.text(),
        "queries": Values(rules.text(least=1), keys=rules.text(least=1)),
    },
    required=("queries",),
)

# Others unpickle what they find, which runs the code of whoever wrote it there. The
# last two keep everything to their process.
CACHE_BACKENDS = (
    "ganetimgr.caches.files.FileBasedCache",
    "ganetimgr.caches.redis.RedisCache",
    "django.core.cache.backends.locmem.LocMemCache",
    "django.core.cache.backends.dummy.DummyCache",
)
CACHE = Rule(
    f"cache settings with a BACKEND of {' or '.join(map(repr, CACHE_BACKENDS[:2]))}",
    lambda value: isinstance(value, dict) and value.get("BACKEND") in CACHE_BACKENDS,
    secret=True,
)

RATE = rules.either(rules.rate(), rules.nothing())
RATE_LIMIT_KINDS = ("address", "account", "account_and_address", "mailbox")
RATE_LIMITS = Keys(
    {
        action: Keys(dict.fromkeys(RATE_LIMIT_KINDS, RATE))
        for action in defaults.RATE_LIMITS
    }
)

RULES: dict[str, Rule | Keys | Values | Items] = {
    "SECRET_KEY": rules.text(least=32, secret=True),
    "SECRET_KEY_FALLBACKS": rules.list_of(
        rules.text(least=32, secret=True), "texts of at least 32 characters"
    ),
    "SITE_URL": rules.url("http", "https", may_be_empty=False),
    "DEBUG": rules.flag(),
    "ALLOWED_HOSTS": TEXTS,
    "CSRF_TRUSTED_ORIGINS": HTTP_LIST,
    "USE_X_FORWARDED_HOST": rules.flag(),
    "TRUSTED_PROXIES": rules.list_of(
        rules.network(), "IP networks, such as '192.0.2.0/24'"
    ),
    "STATIC_URL": rules.matching(r"(https?://|/).*/|/", "a path or URL that ends in /"),
    "STATIC_ROOT": rules.absolute_path(),
    "LANGUAGE_CODE": rules.one_of(*(code for code, _ in wiring.LANGUAGES)),
    "TIME_ZONE": Rule(
        "the name of a time zone, such as 'Europe/Athens'",
        lambda value: value in list(zoneinfo.available_timezones()),
    ),
    "DATABASES": Values(rules.mapping("database settings"), required=("default",)),
    "CACHES": Values(CACHE, required=("default",)),
    "BEANSTALK_URL": rules.url("beanstalk"),
    "BEANSTALK_TUBE": rules.matching(
        r"[A-Za-z0-9+/;.$_()][A-Za-z0-9+/;.$_()-]{0,199}",
        "letters, digits and any of -+/;.$_()",
    ),
    "ADMINS": rules.people(),
    "MANAGERS": rules.people(),
    "SERVER_EMAIL": rules.sender(),
    "DEFAULT_FROM_EMAIL": rules.sender(),
    "EMAIL_SUBJECT_PREFIX": rules.text(),
    "EMAIL_BACKEND": rules.importable(),
    "EMAIL_HOST": rules.text(),
    "EMAIL_PORT": rules.whole(1, 65535, "a port"),
    "EMAIL_HOST_USER": rules.text(),
    "EMAIL_HOST_PASSWORD": rules.text(secret=True),
    "EMAIL_USE_TLS": rules.flag(),
    "EMAIL_USE_SSL": rules.flag(),
    "EMAIL_TIMEOUT": rules.seconds(0.1, 600),
    "BRANDING": BRANDING,
    "ANALYTICS_CSP_SOURCES": rules.list_of(
        rules.matching(
            r"((https?|wss?)://)?(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d+)?", ""
        ),
        "hosts, such as 'https://stats.example.org'",
    ),
    "FLATPAGES": Keys({name: rules.flag() for name in ("INFO", "TOS", "FAQ")}),
    "GANETI_TAG_PREFIX": rules.matching(
        r"[\w.+*/@-]{1,40}", "1 to 40 letters, digits and any of .+*/@-_"
    ),
    "RAPI_CONNECT_TIMEOUT": rules.seconds(0.1, 600),
    "RAPI_RESPONSE_TIMEOUT": rules.seconds(0.1, 600),
    "RAPI_TIMEOUT": rules.either(rules.seconds(0.1, 600), rules.nothing()),
    "RAPI_CALLS_IN_FLIGHT": rules.whole(1, 20),
    "RAPI_PASSWORD_KEYS": rules.list_of(
        rules.text(least=16, secret=True), "texts of at least 16 characters"
    ),
    "SNAPSHOT_REFRESH_SECONDS": rules.seconds(1, 3600),
    "OPERATING_SYSTEMS": Values(OPERATING_SYSTEM, keys=OPERATING_SYSTEM_ID),
    "OPERATING_SYSTEMS_URLS": HTTP_LIST,
    "OPERATING_SYSTEMS_PROVIDER": rules.text(least=1),
    "OPERATING_SYSTEMS_SSH_KEY_PARAM": rules.text(),
    "SNF_OPERATING_SYSTEMS_URLS": HTTP_LIST,
    "IMAGES_URL": rules.either(HTTP, HTTP_LIST),
    "START_NEW_INSTANCES": rules.flag(),
    "NO_OPERATING_SYSTEM_PROVIDER": rules.text(),
    "APPLICATION_MEMORY_MIB": SIZES,
    "APPLICATION_VCPUS": SIZES,
    "APPLICATION_DISK_GIB": SIZES,
    "MAX_OPEN_APPLICATIONS": rules.whole(1, 1000),
    "REVIEW_OWN_APPLICATIONS": rules.flag(),
    "AUDIT_ENTRIES_LAST_X_DAYS": rules.either(
        rules.whole(0, 36500, "a number of days"), rules.nothing()
    ),
    "WHITELIST_IP_MAX_SUBNET_V4": rules.whole(1, 32, "a prefix length"),
    "WHITELIST_IP_MAX_SUBNET_V6": rules.whole(1, 128, "a prefix length"),
    "CDROM_ALLOW_PRIVATE_ADDRESSES": rules.flag(),
    "CDROM_PORTS": rules.list_of(
        rules.whole(1, 65535, "a port"), "numbers of TCP ports"
    ),
    "INSTANCE_ACTION_ACTIVE_DAYS": DAYS,
    "CONFIRM_IN_PLACE": rules.flag(),
    "ACCOUNT_ACTIVATION_DAYS": DAYS,
    "IDLE_ACCOUNT_NOTIFICATION_DAYS": DAYS,
    "RATE_LIMITS": RATE_LIMITS,
    "WEBSOCK_VNC_ENABLED": rules.flag(),
    "NOVNC_PROXY": rules.host_and_port(),
    "NOVNC_USE_TLS": rules.flag(),
    "RECAPTCHA_PUBLIC_KEY": rules.text(),
    "RECAPTCHA_PRIVATE_KEY": rules.text(secret=True),
    "RECAPTCHA_URL": rules.url("http", "https", may_be_empty=False),
    "AUTH_LDAP_SERVER_URI": rules.url("ldap", "ldaps", "ldapi"),
    "AUTH_LDAP_START_TLS": rules.flag(),
    "AUTH_LDAP_BIND_DN": rules.text(),
    "AUTH_LDAP_BIND_PASSWORD": rules.text(secret=True),
    "AUTH_LDAP_USER_DN_TEMPLATE": rules.either(
        rules.matching(r"[^%]*%\(user\)s[^%]*", "a text with %(user)s in it"),
        rules.nothing(),
    ),
    "AUTH_LDAP_USER_ATTR_MAP": rules.mapping("fields of ours and attributes of LDAP's"),
    "AUTH_LDAP_USER_SEARCH": LDAP_OBJECT,
    "AUTH_LDAP_GROUP_SEARCH": LDAP_OBJECT,
    "AUTH_LDAP_GROUP_TYPE": LDAP_OBJECT,
    "AUTH_LDAP_MIRROR_GROUPS": rules.either(rules.flag(), TEXTS),
    "AUTH_LDAP_CONNECTION_OPTIONS": rules.mapping("python-ldap's options and values"),
    "HELPDESK_INTEGRATION_JAVASCRIPT_URL": HTTP,
    "HELPDESK_INTEGRATION_JAVASCRIPT_PARAMS": rules.either(
        rules.json_mapping("the collector's fields and their values"),
        Rule("False", lambda value: value is False),
    ),
    "COLLECTD_URL": HTTP,
    "NODATA_IMAGE": Rule(
        "the path of a file below static/, or an empty text",
        lambda value: (
            isinstance(value, str)
            and (value == "" or rules.is_file(BASE_DIR / "static" / value))
        ),
    ),
    "PROMETHEUS_URL": HTTP,
    "GRAPHS": Keys(dict.fromkeys(("cpu", "memory", "disk", "network"), GRAPH)),
    "SERVER_MONITORING_URL": HTTP,
    "SENTRY": Keys(
        {"activate": rules.flag(), "sentry_dsn": rules.sentry_dsn()},
    ),
    "SESSION_COOKIE_SECURE": rules.flag(),
    "SESSION_COOKIE_AGE": rules.whole(60, 10 * 365 * 24 * 3600, "seconds"),
    "SESSION_LONGEST_AGE": rules.whole(60, 10 * 365 * 24 * 3600, "seconds"),
    "CSRF_COOKIE_SECURE": rules.flag(),
    "SECURE_SSL_REDIRECT": rules.flag(),
    "SECURE_HSTS_SECONDS": rules.whole(0, 10 * 365 * 24 * 3600, "seconds"),
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": rules.flag(),
    "SECURE_HSTS_PRELOAD": rules.flag(),
    "SECURE_PROXY_SSL_HEADER": rules.either(
        Rule(
            "a pair of a header's name and its value",
            lambda value: isinstance(value, tuple) and len(value) == 2,
        ),
        rules.nothing(),
    ),
}


def complaints(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each wrong value."""
    for name, rule in RULES.items():
        if name in values:
            yield from rule.complaints(name, values[name])
    yield from contradictions(values)


def contradictions(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each combination of values that is not allowed."""
    if values["EMAIL_USE_TLS"] is True and values["EMAIL_USE_SSL"] is True:
        yield "EMAIL_USE_TLS and EMAIL_USE_SSL exclude each other."
    if bool(values["RECAPTCHA_PUBLIC_KEY"]) != bool(values["RECAPTCHA_PRIVATE_KEY"]):
        yield "RECAPTCHA_PUBLIC_KEY and RECAPTCHA_PRIVATE_KEY go together."
    if values["AUTH_LDAP_SERVER_URI"] and find_spec("django_auth_ldap") is None:
        yield "AUTH_LDAP_SERVER_URI needs what requirements-ldap.txt installs."
    yield from directory_contradictions(values)
    yield from sentry_contradictions(values["SENTRY"])


def sentry_contradictions(sentry: object) -> Iterator[str]:
    if not isinstance(sentry, Mapping) or sentry.get("activate") is not True:
        return
    if not sentry.get("sentry_dsn"):
        yield "SENTRY.activate needs SENTRY.sentry_dsn."
    if find_spec("sentry_sdk") is None:
        yield "SENTRY.activate needs what requirements-sentry.txt installs."


def directory_contradictions(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield missing LDAP settings; else they would fail at the first login."""
    finds_people = (
        values["AUTH_LDAP_USER_DN_TEMPLATE"] or values["AUTH_LDAP_USER_SEARCH"]
    )
    if values["AUTH_LDAP_SERVER_URI"] and not finds_people:
        yield (
            "AUTH_LDAP_SERVER_URI needs AUTH_LDAP_USER_DN_TEMPLATE or "
            "AUTH_LDAP_USER_SEARCH."
        )
    finds_groups = values["AUTH_LDAP_GROUP_SEARCH"] and values["AUTH_LDAP_GROUP_TYPE"]
    if values["AUTH_LDAP_MIRROR_GROUPS"] and not finds_groups:
        yield (
            "AUTH_LDAP_MIRROR_GROUPS needs AUTH_LDAP_GROUP_SEARCH and "
            "AUTH_LDAP_GROUP_TYPE."
        )


def doubts(names: frozenset[str]) -> Iterator[str]:
    """Yield a line for each unknown setting that resembles a known one."""
    known_names = {*RULES, *vars(wiring), *dir(global_settings)}
    for name in sorted(names - known_names):
        if name.startswith("AUTH_LDAP_"):
            continue  # django-auth-ldap has more than those we check
        suggestion = rules.suggestion(name, RULES)
        if suggestion:
            yield f"{name} is no setting{suggestion}."


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    operator_names: frozenset[str] = getattr(settings, "OPERATOR_NAMES", frozenset())
    return [
        *(Error(line, id="ganetimgr.E001") for line in complaints(current())),
        *(Warning(line, id="ganetimgr.W001") for line in doubts(operator_names)),
    ]


def current() -> dict[str, Any]:
    """Return the settings in force, by name."""
    return {name: getattr(settings, name) for name in RULES if hasattr(settings, name)}
