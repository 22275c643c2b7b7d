"""Sphinx configuration."""

import tomllib
from pathlib import Path

_project = tomllib.loads(
    (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
)["project"]

project = "ganetimgr"
author = "the ganetimgr developers"
copyright = author  # noqa: A001 - Sphinx's name for it
release = _project["version"]
html_theme = "furo"
html_title = f"ganetimgr {release}"
exclude_patterns = ["_build"]
nitpicky = True
