"""Setup of every process: it ends if a setting is wrong."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import django
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from ganetimgr import error_tracking
from ganetimgr.settings.checks import complaints, current

# gunicorn's exit code for a failure that a restart doesn't mend.
EXIT_CODE = 3


def setup() -> None:
    """Set Django up, or end the process with a line for each wrong setting."""
    # Files of web processes and watchers are private to their user.
    os.umask(0o077)
    stop_on_wrong_settings()
    messages: list[checks.CheckMessage] = []
    try:
        django.setup()
        messages = checks.run_checks()
    except ImproperlyConfigured as exc:
        stop([str(exc)])
    stop(one_line(message) for message in messages if message.is_serious())
    error_tracking.start()


def stop_on_wrong_settings() -> None:
    """Check the settings before Django, which would stop at the first wrong one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ganetimgr.settings")
    try:
        stop(complaints(current()))
    except ImproperlyConfigured as exc:
        stop([str(exc)])


def stop_without_static_files() -> None:
    """End the process if collectstatic was not run; every page would be an error."""
    storage = settings.STORAGES["staticfiles"]["BACKEND"]
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if "Manifest" in storage and not manifest.exists():
        stop([f"{manifest} is missing: run 'manage.py collectstatic' once."])


def one_line(message: checks.CheckMessage) -> str:
    parts = (str(message.msg), str(message.hint or ""))
    return " ".join(" ".join(parts).split())


def stop(lines: Iterable[str]) -> None:
    """Write the lines to stderr and end the process, if there are any."""
    has_lines = False
    for line in lines:
        has_lines = True
        sys.stderr.write(f"ganetimgr: {line}\n")
    if has_lines:
        raise SystemExit(EXIT_CODE)
