"""settings.py.dist with its production example, and commands run with settings."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from ganetimgr.settings import defaults, loading
from ganetimgr.settings.defaults import BASE_DIR

ROOT = defaults.BASE_DIR
OFFERED = loading.upper(vars(defaults))
NAMES = set(OFFERED) - {"BASE_DIR", "STATE_DIR"}
DIST, PRODUCTION = (
    (ROOT / "settings.py.dist")
    .read_text(encoding="utf-8")
    .split("# ==== Example: production ====")
)


def uncommented(text: str) -> str:
    """Uncomment lines of code: no single space follows their comment sign."""
    return "\n".join(
        line[1:] if re.match(r"#(\S|    )", line) else line
        for line in text.splitlines()
    )


def run(code: str) -> dict[str, Any]:
    names = dict(OFFERED)
    exec(code, names)  # noqa: S102 - our own file
    return names


def manage(
    *arguments: str, settings: Path, state: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ganetimgr.settings",
            "GANETIMGR_SETTINGS": str(settings),
            "GANETIMGR_STATE": str(state),
        },
        capture_output=True,
        text=True,
        check=False,
    )
