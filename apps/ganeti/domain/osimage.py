"""Operating system images, and the OS parameters that install them."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ..rapi.errors import gettext_noop

# As much as an application stores of an id; enough for any other line, too.
MAX_LINE_LENGTH = 255


class ImageError(ValueError):
    """An invalid description of an image; the text is a message for users."""


@dataclass(frozen=True, slots=True)
class OsImage:
    """An image that instances are installed from.

    ``provider`` is the OS definition of Ganeti with its variant, such as
    ``image+default``. It gets an instance's SSH keys as a URL, in the parameter
    ``ssh_key_param``, or as files for ``ssh_key_users`` (snf-image).
    """

    id: str
    description: str
    provider: str
    osparams: Mapping[str, Any] = field(default_factory=dict)
    ssh_key_param: str = ""
    ssh_key_users: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, key: str, entry: Mapping[str, Any]) -> Self:
        """Build from an entry of OPERATING_SYSTEMS, or of a ``.meta`` file."""
        users = entry.get("ssh_key_users") or ()
        return cls(
            id=key,
            description=entry["description"],
            provider=entry["provider"],
            osparams=dict(entry.get("osparams") or {}),
            ssh_key_param=entry.get("ssh_key_param") or "",
            ssh_key_users=tuple(users.split() if isinstance(users, str) else users),
        )

    @classmethod
    def from_untrusted(cls, key: str, entry: Any) -> Self:
        """Build from an entry published by a third party; raises ImageError."""
        if not is_line(key):
            raise ImageError(gettext_noop("Its id is empty, too long or no text."))
        if not isinstance(entry, dict):
            raise ImageError(gettext_noop("It isn't a JSON object."))
        for name, is_valid, message in _FIELDS:
            if not is_valid(entry.get(name)):
                raise ImageError(f"{message}: {name}.")
        return cls.from_mapping(key, entry)

    def to_mapping(self) -> dict[str, Any]:
        """Return the mapping of `from_mapping`, for JSON."""
        return asdict(self)


def is_line(value: object) -> bool:
    """Return whether a value is a text that can be shown in one line."""
    return (
        isinstance(value, str)
        and len(value) <= MAX_LINE_LENGTH
        and value.isprintable()
        and bool(value.strip())
    )


def _is_line_or_nothing(value: object) -> bool:
    return not value or is_line(value)


def _are_parameters(value: object) -> bool:
    return not value or (isinstance(value, dict) and all(map(is_line, value)))


def _are_users(value: object) -> bool:
    users = value.split() if isinstance(value, str) else value
    return not users or (
        isinstance(users, list)
        and all(is_line(user) and "/" not in user for user in users)
    )


_NOT_A_LINE = gettext_noop("It has no such text of one line")
_WRONG = gettext_noop("It has the wrong kind of value")
_FIELDS: tuple[tuple[str, Callable[[object], bool], str], ...] = (
    ("description", is_line, _NOT_A_LINE),
    ("provider", is_line, _NOT_A_LINE),
    ("osparams", _are_parameters, _WRONG),
    ("ssh_key_param", _is_line_or_nothing, _WRONG),
    ("ssh_key_users", _are_users, _WRONG),
)


@dataclass(frozen=True, slots=True)
class SshKeys:
    """SSH keys for an instance: the URL where its node gets them, and their text."""

    url: str = ""
    text: str = ""


def osparams(image: OsImage, keys: SshKeys) -> dict[str, str]:
    """Return the OS parameters that install an image with SSH keys.

    Ganeti accepts only texts, so nested values are encoded as JSON.
    """
    parameters = {name: _as_text(value) for name, value in image.osparams.items()}
    if image.ssh_key_param and keys.url:
        parameters[image.ssh_key_param] = keys.url
    elif image.ssh_key_users and keys.text:
        files = [_authorized_keys(user, keys.text) for user in image.ssh_key_users]
        parameters["img_personality"] = json.dumps(files)
    return parameters


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _authorized_keys(user: str, text: str) -> dict[str, Any]:
    """Return a file in the format of snf-image's ``img_personality``."""
    home = "/root" if user == "root" else f"/home/{user}"
    return {
        "path": f"{home}/.ssh/authorized_keys",
        "owner": user,
        "group": user,
        "mode": 0o600,
        "contents": b64encode(text.encode()).decode(),
    }
