"""Operating system images, and the parameters that install one on a machine."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


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
