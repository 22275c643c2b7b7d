"""Settings of the tests: nothing leaves the process, nothing is kept."""

import os

from .defaults import *
from .loading import with_project_options
from .wiring import *

SECRET_KEY = "only-for-tests-" + "x" * 50
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
if port := os.environ.get("TEST_MARIADB_PORT"):
    # tests/test_mariadb.py runs the suite once more on a server of its own.
    DATABASES["default"] = with_project_options(
        {
            "ENGINE": "django.db.backends.mysql",
            "HOST": "127.0.0.1",
            "PORT": port,
            "NAME": "ganetimgr",
            "USER": "ganetimgr",
            "PASSWORD": "secret",
        }
    )
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MAIL_DELIVERY_BACKEND = EMAIL_BACKEND
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
# Pages find their static files without collectstatic.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
