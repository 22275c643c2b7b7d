"""Pages as Greek readers get them: a plugin, for all."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pytest_django import Settings

from ganetimgr.settings.defaults import BASE_DIR

# Names of things and people, and what is the same in every language.
NAMES = {
    *("alice", "bob", "dave", "olga", "root", "staff", "athens", "ganetimgr"),
    *("ganeti", "gib", "mac", "ip", "ipv", "vcpu", "hypervisor", "kvm", "drbd", "br"),
    *("bridged", "image", "default", "cd", "rom", "english", "node", "web", "mail"),
    *("old", "db", "group", "utc", "aa", "paravirtual", "email"),
    # what the profile speaks of
    *("ssh", "keygen", "ed", "id", "pub", "ecdsa", "rsa", "sk", "bit", "sha", "laptop"),
    *("begin", "end"),
}


READ = ("title", "aria-label", "placeholder", "alt")


class Reader(HTMLParser):
    """Collects what people see or hear of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value for name, value in attrs if name in READ and value]


def english(page: str) -> set[str]:
    """Return the words of a page that are in Latin letters, and no names."""
    words = re.findall("[A-Za-z]{2,}", " ".join(Reader(page).said))
    return {word for word in words if word.lower() not in NAMES}


@pytest.fixture(scope="session")
def greek_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the catalogue, to a place of its own: "make" may not have done it."""
    msgfmt = shutil.which("msgfmt")
    if not msgfmt:
        pytest.skip("gettext is not installed")
    place = tmp_path_factory.mktemp("locale")
    compiled = place / "el" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True)
    source = BASE_DIR / "locale" / "el" / "LC_MESSAGES" / "django.po"
    subprocess.run([msgfmt, "-o", compiled, source], check=True)  # noqa: S603 - ours
    return place


@pytest.fixture
def in_greek(greek_catalogue: Path, settings: Settings) -> None:
    settings.LOCALE_PATHS = [greek_catalogue]
