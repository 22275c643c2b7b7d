"""Every kind of creation on the real cluster.

The request is compared with the instance and the environment of the OS create script.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

from apps.applications.instance_spec import BuildContext, new_instance
from apps.ganeti.domain.network import GanetiNetwork
from apps.ganeti.domain.osimage import OsImage, SshKeys
from tests.applications.specs import application
from tests.lab import RUNS, Lab

pytestmark = pytest.mark.lab

NAME = f"build{os.getpid()}.example.org"
ROUTED, FILES = "an address of a routed network", "files in the image"
KEYS = SshKeys("http://vps.example.org/keys", "ssh-ed25519 AAAA\n")
FETCHING = OsImage(
    "deb",
    "Debian",
    "image+default",
    {"img_id": "deb", "img_properties": {"ROOT": "yes", "SIZE": 3}},
    "img_ssh_key_url",
)
WITH_FILES = OsImage("snf", "Debian", "snf-image+default", {}, "", ("root", "user"))


def request_body(lab: Lab, **changes: Any) -> dict[str, Any]:
    """Return the body for an application; ``around`` are changes of the context."""
    rows = lab.request("GET", "/2/networks", query={"bulk": 1})
    context = {
        "tag_prefix": "ganetimgr",
        "image": FETCHING,
        "keys": KEYS,
        "networks": tuple(map(GanetiNetwork.from_rapi, rows)),
        "unused_os": "image+default",
        **changes.pop("around", {}),
    }
    fields = {"hostname": NAME, "memory_mib": 64, "disk_gib": 1, "vcpus": 1}
    requested = application(**fields | {"disk_template": "file"} | changes)
    return new_instance(requested, BuildContext(**context)).arguments()


def submit(lab: Lab, body: Mapping[str, Any]) -> int:
    full_body = {"__version__": 1, "ip_check": False, "name_check": False, **body}
    return int(lab.request("POST", "/2/instances", body=full_body))


def environment(name: str) -> dict[str, str]:
    """Return the variables of the instance's OS create script."""
    (run,) = RUNS.glob(f"{name}.*")
    lines = run.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


CASES: dict[str, dict[str, Any]] = {
    ROUTED: {"nic_network": "public-v4"},
    "a bridged network of Ganeti's": {"nic_network": "private-v4"},
    "a bridge by its name": {"nic_network": "bridged:br0"},
    "no network": {},
    "a chosen node group": {"node_group": "default", "nic_network": "public-v4"},
    "no disks": {"disk_template": "diskless"},
    "shared files": {"disk_template": "sharedfile"},
    FILES: {"around": {"image": WITH_FILES}},
    "no operating system": {"operating_system": "", "around": {"image": None}},
    "a mail server that waits": {
        "hosts_mail_server": True,
        "around": {"start": False},
    },
}


class Build(NamedTuple):
    """A requested instance, and the job that creates it."""

    name: str
    body: dict[str, Any]
    job_id: int


@pytest.fixture(scope="module")
def builds(lab: Lab) -> Iterator[dict[str, Build]]:
    """Submit all cases at once, so that Ganeti creates them in parallel."""
    names = {case: f"{number}.{NAME}" for number, case in enumerate(CASES)}
    bodies = {
        case: request_body(lab, hostname=name, **CASES[case])
        for case, name in names.items()
    }
    builds = {
        case: Build(names[case], body, submit(lab, body))
        for case, body in bodies.items()
    }
    yield builds
    for build in builds.values():
        with suppress(AssertionError):
            lab.finish(build.job_id)
    lab.remove(*names.values())
    for run in RUNS.glob(f"*.{NAME}.*"):
        run.unlink()


@pytest.mark.parametrize("case", CASES)
def test_ganeti_creates_the_requested_instance(
    lab: Lab, builds: dict[str, Build], case: str
) -> None:
    name, body, job_id = builds[case]

    lab.finish(job_id)

    instance = lab.instance(name)
    assert instance["disk_template"] == body["disk_template"]
    assert instance["disk.sizes"] == [disk["size"] for disk in body["disks"]]
    assert instance["beparams"]["memory"] == 64
    assert instance["beparams"]["vcpus"] == 1
    assert set(instance["tags"]) == set(body["tags"])
    assert instance["os"] == body["os_type"]
    assert instance["admin_state"] == ("up" if body["start"] else "down")
    assert nics(instance) == CASE_NICS.get(case, [])


CASE_NICS = {
    ROUTED: [("public-v4", "routed", "public", True)],
    "a chosen node group": [("public-v4", "routed", "public", True)],
    "a bridged network of Ganeti's": [("private-v4", "bridged", "br0", True)],
    "a bridge by its name": [(None, "bridged", "br0", False)],
}


def nics(instance: Mapping[str, Any]) -> list[tuple[str | None, str, str, bool]]:
    """Return network, mode, link and whether it has an address, of each NIC."""
    columns = (
        instance["nic.networks.names"],
        instance["nic.modes"],
        instance["nic.links"],
        map(bool, instance["nic.ips"]),
    )
    return list(zip(*columns, strict=True))


def test_the_os_script_gets_parameters_and_the_address_of_the_keys(
    lab: Lab, builds: dict[str, Build]
) -> None:
    name, _body, job_id = builds[ROUTED]

    lab.finish(job_id)

    variables = environment(name)
    assert variables["INSTANCE_NAME"] == name
    assert variables["OSP_IMG_ID"] == "deb"
    assert variables["OSP_IMG_PROPERTIES"] == '{"ROOT": "yes", "SIZE": 3}'
    assert variables["OSP_IMG_SSH_KEY_URL"] == KEYS.url
    assert variables["NIC_0_NETWORK_NAME"] == "public-v4"
    assert variables["NIC_0_IP"].startswith("192.0.2.")
    assert variables["DISK_COUNT"] == "1"


def test_the_os_script_of_a_snf_image_gets_the_keys_as_files(
    lab: Lab, builds: dict[str, Build]
) -> None:
    name, body, job_id = builds[FILES]

    lab.finish(job_id)

    personality = environment(name)["OSP_IMG_PERSONALITY"]
    assert personality == body["osparams"]["img_personality"]
    assert "/home/user/.ssh/authorized_keys" in personality


@pytest.mark.parametrize(
    "changes",
    [
        {"disk_template": "plain", "volume_group": "xenvg"},
        {"disk_template": "drbd", "volume_group": "xenvg"},
        {
            "disk_template": "ext",
            "storage_provider": "store",
            "around": {"storage_providers": {"store": {"pool": "vms"}}},
        },
    ],
    ids=["plain", "drbd", "ext"],
)
def test_templates_that_the_lab_cannot_build_are_parsed(
    lab: Lab, changes: dict[str, Any]
) -> None:
    """They are refused for the template alone, with all fields parsed."""
    body = request_body(lab, **changes)

    job_id = submit(lab, body)

    job = wait_for_failure(lab, job_id)
    assert "is not enabled in cluster" in str(job["opresult"])
    (opcode,) = job["ops"]
    assert {key: opcode[key] for key in body} == body


def wait_for_failure(lab: Lab, job_id: int) -> dict[str, Any]:
    with pytest.raises(AssertionError):
        lab.finish(job_id)
    return lab.job(job_id)
