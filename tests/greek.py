"""A plugin for tests of pages in Greek."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pytest_django import Settings

from ganetimgr.settings.defaults import BASE_DIR

# Names of things and people, and words that are the same in every language.
NAMES = {
    *("alice", "bob", "dave", "olga", "root", "staff", "athens", "ganetimgr"),
    *("ganeti", "gib", "mac", "ip", "ipv", "vcpu", "hypervisor", "kvm", "drbd", "br"),
    *("bridged", "image", "default", "cd", "rom", "english", "node", "web", "mail"),
    *("old", "spare", "cpu", "db", "group", "utc", "aa", "paravirtual", "email"),
    # words of the profile page
    *("ssh", "keygen", "ed", "id", "pub", "ecdsa", "rsa", "sk", "bit", "sha", "laptop"),
    *("begin", "end"),
}


VISIBLE_ATTRIBUTES = ("title", "aria-label", "placeholder", "alt")


class Reader(HTMLParser):
    """Collects the visible and spoken texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [
            value for name, value in attrs if name in VISIBLE_ATTRIBUTES and value
        ]


def english(page: str) -> set[str]:
    """Return the words of a page that are in Latin letters, and no names."""
    words = re.findall("[A-Za-z]{2,}", " ".join(Reader(page).texts))
    return {word for word in words if word.lower() not in NAMES}


@pytest.fixture(scope="session")
def greek_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the catalogue to a temporary directory: "make" may not have done it."""
    msgfmt = shutil.which("msgfmt")
    if not msgfmt:
        pytest.skip("gettext is not installed")
    directory = tmp_path_factory.mktemp("locale")
    compiled = directory / "el" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True)
    source = BASE_DIR / "locale" / "el" / "LC_MESSAGES" / "django.po"
    subprocess.run([msgfmt, "-o", compiled, source], check=True)  # noqa: S603 - ours
    return directory


@pytest.fixture
def in_greek(greek_catalogue: Path, settings: Settings) -> None:
    settings.LOCALE_PATHS = [greek_catalogue]
