"""Names and helpers shared by the contract tests."""

from apps.ganeti.domain.instance import LIVE_FIELDS
from apps.ganeti.domain.job import JobReport
from apps.ganeti.rapi import versions
from apps.ganeti.rapi.client import RapiClient
from apps.ganeti.rapi.query import any_of
from apps.ganeti.rapi.versions import Capability
from tests.rapi.conftest import Ganeti

NOWHERE = "nowhere.example.org"


NO_JOB = 99_999_999


def status(ganeti: Ganeti, name: str) -> str:
    rows = ganeti.client.query("instance", LIVE_FIELDS, any_of("name", [name]))
    return str(rows[0]["status"])


def client_supports(client: RapiClient, capability: Capability) -> bool:
    """Return whether the cluster's version has the capability under test."""
    return versions.supports(client.ganeti_version(), capability)


def error_message(job: dict[str, object]) -> str:
    return JobReport.from_rapi(job).message
