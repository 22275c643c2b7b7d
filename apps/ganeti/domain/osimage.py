"""Operating system images, and the parameters that install one on a machine."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ..rapi.errors import gettext_noop

# What an application keeps of an id; enough for whatever else is a line.
LONGEST_LINE = 255


class ImageError(ValueError):
    """Something is not an image's description; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class OsImage:
    """An image that machines are installed from.

    ``provider`` is the OS definition of Ganeti with its variant, as
    ``image+default``. A machine's SSH keys go to it as an address, in the parameter
    ``ssh_key_param``, or as files for ``ssh_key_users`` (snf-image).
    """

    id: str
    description: str
    provider: str
    osparams: Mapping[str, Any] = field(default_factory=dict)
    ssh_key_param: str = ""
    ssh_key_users: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, key: str, given: Mapping[str, Any]) -> Self:
        """Build from an entry of OPERATING_SYSTEMS, or of a ``.meta`` file."""
        users = given.get("ssh_key_users") or ()
        return cls(
            id=key,
            description=given["description"],
            provider=given["provider"],
            osparams=dict(given.get("osparams") or {}),
            ssh_key_param=given.get("ssh_key_param") or "",
            ssh_key_users=tuple(users.split() if isinstance(users, str) else users),
        )

    @classmethod
    def from_untrusted(cls, key: str, given: Any) -> Self:
        """Build from what somebody publishes; raises ImageError."""
        if not is_line(key):
            raise ImageError(gettext_noop("Its id is empty, too long or no text."))
        if not isinstance(given, dict):
            raise ImageError(gettext_noop("It isn't a JSON object."))
        for name, fits, message in _MUST:
            if not fits(given.get(name)):
                raise ImageError(f"{message}: {name}.")
        return cls.from_mapping(key, given)

    def to_mapping(self) -> dict[str, Any]:
        """Return what `from_mapping` reads, for JSON."""
        return asdict(self)


def is_line(value: object) -> bool:
    """Tell whether something is a text that can be shown in one line."""
    return (
        isinstance(value, str)
        and len(value) <= LONGEST_LINE
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
_MUST: tuple[tuple[str, Callable[[object], bool], str], ...] = (
    ("description", is_line, _NOT_A_LINE),
    ("provider", is_line, _NOT_A_LINE),
    ("osparams", _are_parameters, _WRONG),
    ("ssh_key_param", _is_line_or_nothing, _WRONG),
    ("ssh_key_users", _are_users, _WRONG),
)


@dataclass(frozen=True, slots=True)
class SshKeys:
    """The keys of whom a machine is for: where its node finds them, and themselves."""

    url: str = ""
    text: str = ""


def osparams(image: OsImage, keys: SshKeys) -> dict[str, str]:
    """Return the OS parameters that install an image with these keys.

    Ganeti takes texts alone, so whatever is nested goes as JSON.
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
    """Return a file as snf-image's ``img_personality`` describes one."""
    home = "/root" if user == "root" else f"/home/{user}"
    return {
        "path": f"{home}/.ssh/authorized_keys",
        "owner": user,
        "group": user,
        "mode": 0o600,
        "contents": b64encode(text.encode()).decode(),
    }
