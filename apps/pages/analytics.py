"""The analytics file, served as a script of our own: no page has one inside it.

Services give a snippet of HTML. Its scripts are put one after the other; those that
are elsewhere are loaded by what is served. The rest of the snippet is left out.
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
# Of a script that another one loads they say nothing, or what cannot be.
_NOT_TAKEN = {"nonce", "onload", "onerror"}


@dataclass(slots=True)
class Snippet:
    """A file taken apart: one script, where else it loads from, what is left out."""

    script: str = ""
    origins: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Takes a snippet of HTML apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.snippet = Snippet()
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "script":
            self.snippet.left_out.append(tag)
            return
        self._in_script = True
        given = {name: value or "" for name, value in attrs if name not in _NOT_TAKEN}
        if "src" in given:
            self.snippet.script += _LOAD.format(attributes=json.dumps(given))
            self.snippet.origins += filter(None, [origin(_whole(given["src"]))])

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.snippet.script += f"{data.strip()}\n;\n"


def _whole(source: str) -> str:
    return f"https:{source}" if source.startswith("//") else source


def served() -> str:
    """Return the script; a comment alone while the file cannot be read."""
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
    """Read HTML or, where there is no tag of a script, a script."""
    if "<script" not in text.lower():
        return Snippet(script=text)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.snippet


def check_snippet(**_kwargs: Any) -> list[CheckMessage]:
    """Say what of the file is left out, and what the browser would not load."""
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
    for each in dict.fromkeys(snippet.origins):
        if not _allowed(each):
            yield f"ANALYTICS_CSP_SOURCES does not name {each}, which the file loads."


def _allowed(wanted: str) -> bool:
    scheme, _, host = wanted.partition("://")
    for source in settings.ANALYTICS_CSP_SOURCES:
        before, between, after = source.rpartition("://")
        if between and before != scheme:
            continue
        if after == host or (after.startswith("*.") and host.endswith(after[1:])):
            return True
    return False
