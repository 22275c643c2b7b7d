"""Rules for the values of settings: a description and a predicate each."""

import difflib
import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address

from apps.web.mail_addresses import normalize

Fits = Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must be; ``takes`` ends the sentence "NAME takes …"."""

    takes: str
    fits: Fits
    secret: bool = False

    def complaints(self, name: str, value: object) -> Iterator[str]:
        if not self.fits(value):
            shown = "" if self.secret else f", not {shorten(value)}"
            yield f"{name} takes {self.takes}{shown}."


@dataclass(frozen=True, slots=True)
class Keys:
    """A dictionary with these keys only, each with its own rule."""

    rules: Mapping[str, "Rule | Keys | Values | Items"]
    required: Collection[str] = ()

    def complaints(self, name: str, value: object) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"{name} takes a dictionary, not {shorten(value)}."
            return
        for key in value:
            if key not in self.rules:
                yield f"{name} has no key {key!r}{suggestion(key, self.rules)}."
        for key in self.required:
            if key not in value:
                yield f"{name} needs the key {key!r}."
        for key, rule in self.rules.items():
            if key in value:
                yield from rule.complaints(f"{name}.{key}", value[key])


@dataclass(frozen=True, slots=True)
class Values:
    """A dictionary with any keys, and one rule for all values."""

    rule: Rule | Keys
    required: Collection[str] = ()
    keys: Rule | None = None

    def complaints(self, name: str, value: object) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"{name} takes a dictionary, not {shorten(value)}."
            return
        for key in self.required:
            if key not in value:
                yield f"{name} needs the key {key!r}."
        for key, item in value.items():
            if self.keys and not self.keys.fits(key):
                yield f"{name} takes {self.keys.takes}, not {shorten(key)}."
            yield from self.rule.complaints(f"{name}.{key}", item)


@dataclass(frozen=True, slots=True)
class Items:
    """A list, with one rule for all items."""

    rule: Rule | Keys

    def complaints(self, name: str, value: object) -> Iterator[str]:
        if not isinstance(value, list | tuple):
            yield f"{name} takes a list, not {shorten(value)}."
            return
        for number, item in enumerate(value):
            yield from self.rule.complaints(f"{name}.{number}", item)


def shorten(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def suggestion(name: object, names: Collection[str]) -> str:
    close = difflib.get_close_matches(str(name), names, 1)
    return f"; perhaps {close[0]!r} is meant" if close else ""


def flag() -> Rule:
    return Rule("True or False", lambda value: isinstance(value, bool))


def text(*, least: int = 0, secret: bool = False) -> Rule:
    takes = f"a text of at least {least} characters" if least > 1 else "a text"
    if least == 1:
        takes = "a text that is not empty"
    return Rule(takes, lambda v: isinstance(v, str) and len(v) >= least, secret)


def matching(pattern: str, takes: str) -> Rule:
    match = re.compile(pattern).fullmatch
    return Rule(takes, lambda v: isinstance(v, str) and match(v) is not None)


def one_of(*values: str) -> Rule:
    takes = " or ".join(repr(value) for value in values)
    return Rule(takes, lambda v: isinstance(v, str) and v in values)


def whole(low: int, high: int, noun: str = "a whole number") -> Rule:
    def fits(value: object) -> bool:
        return type(value) is int and low <= value <= high

    return Rule(f"{noun} from {low} to {high}", fits)


def rate() -> Rule:
    """Rule for a pair of a count and a period in seconds."""
    count, window = whole(1, 1000), whole(1, 24 * 3600)

    def fits(value: object) -> bool:
        return (
            isinstance(value, list | tuple)
            and len(value) == 2
            and count.fits(value[0])
            and window.fits(value[1])
        )

    return Rule(
        "a pair of a number from 1 to 1000 and seconds from 1 to 86400, "
        "such as (5, 900)",
        fits,
    )


def seconds(low: float, high: float) -> Rule:
    def fits(value: object) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and low <= value <= high  # type: ignore[operator]  # a number

    return Rule(f"a number of seconds from {low:g} to {high:g}", fits)


def url(*schemes: str, may_be_empty: bool = True) -> Rule:
    def fits(value: object) -> bool:
        if value is None or value == "":
            return may_be_empty
        return isinstance(value, str) and is_url(value, schemes)

    kinds = " or ".join(f"{scheme}://" for scheme in schemes)
    empty = ", or an empty text" if may_be_empty else ""
    return Rule(f"a URL that starts with {kinds}{empty}", fits)


def is_url(value: str, schemes: Collection[str]) -> bool:
    try:
        parts = urlsplit(value)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname) and port_is_fine


def sentry_dsn() -> Rule:
    """Rule for a DSN of Sentry: https://KEY@HOST/NUMBER."""

    def fits(value: object) -> bool:
        if not isinstance(value, str) or not is_url(value, ("http", "https")):
            return value == ""
        parts = urlsplit(value)
        return bool(parts.username) and parts.path.rpartition("/")[2].isdecimal()

    takes = "a DSN such as 'https://KEY@sentry.example.org/1', or an empty text"
    return Rule(takes, fits, secret=True)


def host_and_port() -> Rule:
    def fits(value: object) -> bool:
        return (
            isinstance(value, str)
            and "/" not in value
            and is_url(f"tcp://{value}", ["tcp"])
            and urlsplit(f"tcp://{value}").port is not None
        )

    return Rule("a host and a port, such as 'localhost:8888'", fits)


def network() -> Rule:
    def fits(value: object) -> bool:
        try:
            return isinstance(value, str) and bool(ip_network(value))
        except ValueError:
            return False

    return Rule("an IP network, such as '192.0.2.0/24'", fits)


def list_of(rule: Rule, nouns: str) -> Rule:
    def fits(value: object) -> bool:
        return isinstance(value, list | tuple) and all(map(rule.fits, value))

    return Rule(f"a list of {nouns}", fits, rule.secret)


def people() -> Items:
    def is_person(value: object) -> bool:
        return (
            isinstance(value, list | tuple)
            and len(value) == 2
            and isinstance(value[0], str)
            and is_mail_address(value[1])
        )

    return Items(Rule("a pair of a name and a mail address", is_person))


def sender() -> Rule:
    """Rule for the sender of mails: an address, or a name and an address."""

    def fits(value: object) -> bool:
        if not isinstance(value, str):
            return False
        match = re.fullmatch(r"[^<>\x00-\x1f]*<([^<>]*)>", value)
        if not is_mail_address(match[1] if match else value):
            return False
        try:
            sanitize_address(value, "utf-8")  # as each mail will do
        except ValueError:
            return False
        return True

    return Rule("a mail address, or 'Name <address>'", fits)


def is_mail_address(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(normalize(value))
    except ValidationError:
        return False


def either(first: Rule, other: Rule) -> Rule:
    return Rule(
        f"{first.takes}, or {other.takes}",
        lambda value: first.fits(value) or other.fits(value),
        first.secret or other.secret,
    )


def nothing() -> Rule:
    return Rule("None", lambda value: value is None)


def mapping(nouns: str) -> Rule:
    return Rule(f"a dictionary of {nouns}", lambda value: isinstance(value, Mapping))


def json_mapping(nouns: str) -> Rule:
    """Rule for a dictionary that scripts get as JSON."""

    def fits(value: object) -> bool:
        if not isinstance(value, dict) or not all(isinstance(k, str) for k in value):
            return False
        try:
            return bool(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            return False

    return Rule(f"a dictionary of {nouns}, all as in JSON", fits)


def readable_file() -> Rule:
    def fits(value: object) -> bool:
        if value == "":
            return True
        return (
            isinstance(value, str | Path)
            and Path(value).is_file()
            and os.access(value, os.R_OK)
        )

    return Rule("the path of a file that can be read, or an empty text", fits)


def absolute_path() -> Rule:
    def fits(value: object) -> bool:
        return isinstance(value, str | Path) and Path(value).is_absolute()

    return Rule("an absolute path", fits)


def static_file(directory: Path) -> Rule:
    """Rule for a file of a page: below static/, or elsewhere by URL."""

    def fits(value: object) -> bool:
        if not isinstance(value, str):
            return False
        if value == "" or is_url(value, ("http", "https")):
            return True
        return value.startswith("/") or is_file(directory / value)

    return Rule(
        "the path of a file below static/, a path on this host that begins with '/', "
        "a URL that starts with http:// or https://, or an empty text",
        fits,
    )


def is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def importable() -> Rule:
    """Rule for a dotted path whose module exists; it is not imported."""

    def fits(value: object) -> bool:
        try:
            module = value.rpartition(".")[0] if isinstance(value, str) else ""
            return bool(module) and find_spec(module) is not None
        except ImportError:
            return False

    return Rule("the dotted path of a class that is installed", fits)
