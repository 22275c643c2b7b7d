"""Every setting an operator may change, with a default that runs as it is.

They are described in settings.py.dist and docs/settings.rst; tests keep the three
consistent.
"""

import os
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent.parent
STATE_DIR = Path(os.environ.get("GANETIMGR_STATE") or BASE_DIR / "var").absolute()

# The site
SECRET_KEY = ""
SECRET_KEY_FALLBACKS: list[str] = []
SITE_URL = "http://localhost:8000"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS: list[str] = []
USE_X_FORWARDED_HOST = False
TRUSTED_PROXIES = ["127.0.0.0/8", "::1/128"]
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"

# Database and cache
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": STATE_DIR / "ganetimgr.sqlite3",
    }
}
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "ganetimgr.caches.files.FileBasedCache",
        "LOCATION": STATE_DIR / "cache",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
BEANSTALK_URL = ""
BEANSTALK_TUBE = "ganetimgr"

# Email
ADMINS: list[tuple[str, str]] = []
MANAGERS: list[tuple[str, str]] = []
SERVER_EMAIL = "ganetimgr@localhost"
DEFAULT_FROM_EMAIL = "ganetimgr@localhost"
EMAIL_SUBJECT_PREFIX = "[ganetimgr] "
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "localhost"
EMAIL_PORT = 25
EMAIL_HOST_USER = ""
EMAIL_HOST_PASSWORD = ""
EMAIL_USE_TLS = False
EMAIL_USE_SSL = False
EMAIL_TIMEOUT = 5

# Appearance
BRANDING: dict[str, Any] = {
    "SERVICE_PROVIDED_BY": {
        "NAME": "",
        "URL": "",
        "SOCIAL_NETWORKS": [],
    },
    "TITLE": "ganetimgr",
    "ACCENT_COLOUR": "",
    "MOTTO": "Virtual machines on Ganeti",
    "LOGO": "",
    "FAVICON": "",
    "VIDEO": "",
    "FOOTER_ICONS_IFRAME": "",
    "FEED_URL": "",
    "ANALYTICS_FILE_PATH": "",
    "SHOW_ADMINISTRATIVE_FORM": True,
    "SHOW_ORGANIZATION_FORM": True,
}
ANALYTICS_CSP_SOURCES: list[str] = []
FLATPAGES = {"INFO": True, "TOS": True, "FAQ": True}

# Ganeti
GANETI_TAG_PREFIX = "ganetimgr"
RAPI_CONNECT_TIMEOUT: float = 8
RAPI_RESPONSE_TIMEOUT: float = 15
RAPI_TIMEOUT: float | None = None
RAPI_CALLS_IN_FLIGHT = 4
RAPI_PASSWORD_KEYS: list[str] = []
SNAPSHOT_REFRESH_SECONDS: float = 15

# Operating system images
OPERATING_SYSTEMS: dict[str, dict[str, Any]] = {}
OPERATING_SYSTEMS_URLS: list[str] = []
OPERATING_SYSTEMS_PROVIDER = "image+default"
OPERATING_SYSTEMS_SSH_KEY_PARAM = "img_ssh_key_url"
SNF_OPERATING_SYSTEMS_URLS: list[str] = []
IMAGES_URL: list[str] | str = []
START_NEW_INSTANCES = True
NO_OPERATING_SYSTEM_PROVIDER = ""

# Applications: what may be asked for, and who decides
APPLICATION_MEMORY_MIB = [512, 1024, 2048, 4096, 8192, 16384]
APPLICATION_VCPUS = [1, 2, 4, 8]
APPLICATION_DISK_GIB = [5, 10, 20, 50, 100]
MAX_OPEN_APPLICATIONS = 10
REVIEW_OWN_APPLICATIONS = False

# Limits and policies
AUDIT_ENTRIES_LAST_X_DAYS: int | None = None
WHITELIST_IP_MAX_SUBNET_V4 = 26
WHITELIST_IP_MAX_SUBNET_V6 = 64
CDROM_ALLOW_PRIVATE_ADDRESSES = False
CDROM_PORTS = [80, 443]
INSTANCE_ACTION_ACTIVE_DAYS = 7
CONFIRM_IN_PLACE = False
ACCOUNT_ACTIVATION_DAYS = 10
IDLE_ACCOUNT_NOTIFICATION_DAYS = 180
RATE_LIMITS: dict[str, dict[str, tuple[int, int] | None]] = {
    "login": {"account_and_address": (5, 900)},
    "login-address": {"address": (100, 900)},
    "login-account": {"account": (50, 900)},
    "login-under-attack": {"account_and_address": (1, 900)},
    "password-check": {"account": (5, 900)},
    "password-reset": {"address": (20, 3600), "mailbox": (3, 3600)},
    "registration": {"address": (30, 3600), "mailbox": (3, 86400)},
    "mail-change": {"account": (5, 86400), "mailbox": (3, 86400)},
    "application": {"account": (20, 3600)},
    "ssh-key-add": {"account": (20, 3600)},
    "cdrom-check": {"account": (30, 3600)},
    "confirmation-mail": {"account": (20, 3600)},
    "ssh-keys-fetch": {"address": (60, 60)},
}

# Console
WEBSOCK_VNC_ENABLED = True
NOVNC_PROXY = "localhost:8888"
NOVNC_USE_TLS = True

# External services
RECAPTCHA_PUBLIC_KEY = ""
RECAPTCHA_PRIVATE_KEY = ""
RECAPTCHA_URL = "https://www.google.com/recaptcha"
AUTH_LDAP_SERVER_URI = ""
AUTH_LDAP_START_TLS = False
AUTH_LDAP_BIND_DN = ""
AUTH_LDAP_BIND_PASSWORD = ""
AUTH_LDAP_USER_DN_TEMPLATE: str | None = None
AUTH_LDAP_USER_SEARCH: Any = None
AUTH_LDAP_USER_ATTR_MAP = {
    "first_name": "givenName",
    "last_name": "sn",
    "email": "mail",
}
AUTH_LDAP_GROUP_SEARCH: Any = None
AUTH_LDAP_GROUP_TYPE: Any = None
AUTH_LDAP_MIRROR_GROUPS = False
AUTH_LDAP_CONNECTION_OPTIONS: dict[int, Any] = {}
HELPDESK_INTEGRATION_JAVASCRIPT_URL = ""
HELPDESK_INTEGRATION_JAVASCRIPT_PARAMS: dict[str, Any] = {}
COLLECTD_URL = ""
NODATA_IMAGE = ""
PROMETHEUS_URL = ""
# Of Debian's prometheus-libvirt-exporter; {window} is at least five minutes.
GRAPHS: dict[str, dict[str, Any]] = {
    "cpu": {
        "unit": "%",
        "queries": {
            "CPU": "100 * sum(rate(libvirt_domain_info_cpu_time_seconds_total"
            '{domain="{instance}"}[{window}]))',
        },
    },
    "memory": {
        "unit": "bytes",
        "queries": {
            "Used": 'sum(libvirt_domain_info_memory_usage_bytes{domain="{instance}"})',
            "Total": "sum(libvirt_domain_info_maximum_memory_bytes"
            '{domain="{instance}"})',
        },
    },
    "disk": {
        "unit": "bytes/s",
        "queries": {
            "Reads": "sum(rate(libvirt_domain_block_stats_read_bytes_total"
            '{domain="{instance}"}[{window}]))',
            "Writes": "sum(rate(libvirt_domain_block_stats_write_bytes_total"
            '{domain="{instance}"}[{window}]))',
        },
    },
    "network": {
        "unit": "bits/s",
        "queries": {
            "Received": "8 * sum(rate(libvirt_domain_interface_stats_receive_bytes"
            '_total{domain="{instance}"}[{window}]))',
            "Transmitted": "8 * sum(rate(libvirt_domain_interface_stats_transmit_bytes"
            '_total{domain="{instance}"}[{window}]))',
        },
    },
}
SERVER_MONITORING_URL = ""
SENTRY: dict[str, Any] = {"activate": False, "sentry_dsn": ""}

# Cookies and HTTPS; the production example turns these on
SESSION_COOKIE_SECURE = False
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_LONGEST_AGE = 60 * 24 * 3600
CSRF_COOKIE_SECURE = False
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_HSTS_PRELOAD = False
SECURE_PROXY_SSL_HEADER: tuple[str, str] | None = None
