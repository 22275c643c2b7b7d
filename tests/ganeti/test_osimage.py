"""Parameters that install an image."""

import json
from base64 import b64decode

from apps.ganeti.domain.osimage import OsImage, SshKeys, osparams

KEYS = SshKeys("https://vps.example.org/keys", "ssh-ed25519 AAAA\n")


def image(**given: object) -> OsImage:
    return OsImage.from_mapping(
        "debian", {"description": "Debian", "provider": "image+default", **given}
    )


def test_every_parameter_is_a_text_and_what_is_nested_is_json() -> None:
    given = {"img_id": "debian", "size": 3, "img_properties": {"USERS": "root"}}

    made = osparams(image(osparams=given), SshKeys())

    assert made["img_id"] == "debian"
    assert made["size"] == "3"
    assert json.loads(made["img_properties"]) == {"USERS": "root"}


def test_keys_go_as_an_address_where_the_image_fetches_them() -> None:
    made = osparams(image(ssh_key_param="img_ssh_key_url"), KEYS)

    assert made == {"img_ssh_key_url": KEYS.url}


def test_keys_go_as_files_of_each_user_where_the_image_takes_files() -> None:
    made = osparams(image(ssh_key_users="root user"), KEYS)

    root, user = json.loads(made["img_personality"])
    assert root["path"] == "/root/.ssh/authorized_keys"
    assert user["path"] == "/home/user/.ssh/authorized_keys"
    assert (user["owner"], user["group"], user["mode"]) == ("user", "user", 0o600)
    assert b64decode(user["contents"]).decode() == KEYS.text


def test_without_keys_nothing_is_said_of_them() -> None:
    given = image(ssh_key_param="img_ssh_key_url", ssh_key_users=["root"])

    assert osparams(given, SshKeys()) == {}
