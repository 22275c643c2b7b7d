"""Serve the analytics file as a script, since pages contain no inline scripts.

Services provide a snippet of HTML. Its inline scripts are concatenated, and external
ones are loaded by the served script. The rest of the snippet is left out.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004 - its name

from .origins import origin

logger = logging.getLogger(__name__)

_LOAD = """(function () {{
  const script = document.createElement("script");
  const attributes = {attributes};
  for (const name in attributes) script.setAttribute(name, attributes[name]);
  document.head.append(script);
}})();
"""
# Attributes that are meaningless or not allowed on a script loaded by another.
_NOT_TAKEN = {"nonce", "onload", "onerror"}


@dataclass(slots=True)
class Snippet:
    """A parsed file: its script, the origins it loads from, and tags left out."""

    script: str = ""
    origins: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Parse a snippet of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.snippet = Snippet()
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "script":
            self.snippet.left_out.append(tag)
            return
        self._in_script = True
        attributes = {
            name: value or "" for name, value in attrs if name not in _NOT_TAKEN
        }
        if "src" in attributes:
            self.snippet.script += _LOAD.format(attributes=json.dumps(attributes))
            self.snippet.origins += filter(None, [origin(_whole(attributes["src"]))])

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.snippet.script += f"{data.strip()}\n;\n"


def _whole(source: str) -> str:
    return f"https:{source}" if source.startswith("//") else source


def served() -> str:
    """Return the script, or a comment if the file cannot be read."""
    path = Path(settings.BRANDING["ANALYTICS_FILE_PATH"])
    try:
        return _read(str(path), path.stat().st_mtime_ns).script
    except (OSError, UnicodeDecodeError) as exc:
        logger.warning("BRANDING.ANALYTICS_FILE_PATH: %s", exc)
        return "// The analytics file cannot be read.\n"


@lru_cache(maxsize=2)
def _read(path: str, _changed: int) -> Snippet:
    return taken_apart(Path(path).read_text(encoding="utf-8"))


def taken_apart(text: str) -> Snippet:
    """Parse HTML or, if it contains no script tag, a plain script."""
    if "<script" not in text.lower():
        return Snippet(script=text)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.snippet


def check_snippet(**_kwargs: Any) -> list[CheckMessage]:
    """Warn about parts of the file that are left out or that the CSP blocks."""
    path = settings.BRANDING.get("ANALYTICS_FILE_PATH")
    if not path or not Path(path).is_file():
        return []
    try:
        lines = list(_doubts(taken_apart(Path(path).read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError) as exc:
        lines = [f"BRANDING.ANALYTICS_FILE_PATH cannot be read: {exc}"]
    return [Warning(line, id="pages.W001") for line in lines]


def _doubts(snippet: Snippet) -> Iterator[str]:
    if snippet.left_out:
        tags = ", ".join(f"<{tag}>" for tag in dict.fromkeys(snippet.left_out))
        yield f"BRANDING.ANALYTICS_FILE_PATH: only its scripts are used, not {tags}."
    for url in dict.fromkeys(snippet.origins):
        if not _allowed(url):
            yield f"ANALYTICS_CSP_SOURCES does not name {url}, which the file loads."


def _allowed(url: str) -> bool:
    scheme, _, host = url.partition("://")
    for source in settings.ANALYTICS_CSP_SOURCES:
        source_scheme, separator, source_host = source.rpartition("://")
        if separator and source_scheme != scheme:
            continue
        if source_host == host or (
            source_host.startswith("*.") and host.endswith(source_host[1:])
        ):
            return True
    return False
