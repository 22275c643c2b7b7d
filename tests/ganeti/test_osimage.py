"""OS parameters of images."""

import json
from base64 import b64decode

from apps.ganeti.domain.osimage import OsImage, SshKeys, osparams

KEYS = SshKeys("https://vps.example.org/keys", "ssh-ed25519 AAAA\n")


def image(**fields: object) -> OsImage:
    return OsImage.from_mapping(
        "debian", {"description": "Debian", "provider": "image+default", **fields}
    )


def test_parameters_are_text_and_nested_values_json() -> None:
    values = {"img_id": "debian", "size": 3, "img_properties": {"USERS": "root"}}

    parameters = osparams(image(osparams=values), SshKeys())

    assert parameters["img_id"] == "debian"
    assert parameters["size"] == "3"
    assert json.loads(parameters["img_properties"]) == {"USERS": "root"}


def test_keys_are_passed_as_a_url() -> None:
    parameters = osparams(image(ssh_key_param="img_ssh_key_url"), KEYS)

    assert parameters == {"img_ssh_key_url": KEYS.url}


def test_keys_are_passed_as_files_of_each_user() -> None:
    parameters = osparams(image(ssh_key_users="root user"), KEYS)

    root, user = json.loads(parameters["img_personality"])
    assert root["path"] == "/root/.ssh/authorized_keys"
    assert user["path"] == "/home/user/.ssh/authorized_keys"
    assert (user["owner"], user["group"], user["mode"]) == ("user", "user", 0o600)
    assert b64decode(user["contents"]).decode() == KEYS.text


def test_no_parameters_without_keys() -> None:
    with_keys = image(ssh_key_param="img_ssh_key_url", ssh_key_users=["root"])

    assert osparams(with_keys, SshKeys()) == {}
