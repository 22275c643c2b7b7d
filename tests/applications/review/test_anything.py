"""No form data makes a server error."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some

from apps.applications.models import InstanceApplication
from apps.applications.services import reviewing
from tests.applications.review.sending import address, form_data

FIELDS = (
    *("hostname", "memory_mib", "vcpus", "disk_gib", "operating_system", "owner"),
    *("hosts_mail_server", "organization", "cluster", "shown", "node_group"),
    *("nic_network", "storage", "volume_group", "admin_comments", "version", "trial"),
    *("refusal_reason", "application"),
)
VALUES = (
    some.text(max_size=40)
    | some.integers().map(str)
    | some.sampled_from(["athens", "default", "plain", "ext:x", "a:b", "\0", "1e9"])
)
FORM_DATA = some.dictionaries(some.sampled_from(FIELDS), VALUES)
ACTIONS = some.sampled_from(
    ["show", "try", "accept", "refuse", "discard", "submit", "x"]
)


@pytest.mark.usefixtures("offering")
@given(changes=FORM_DATA, do=ACTIONS)
def test_any_review_is_answered(
    client: Client,
    rhea: User,
    application: InstanceApplication,
    changes: dict[str, Any],
    do: str,
) -> None:
    client.force_login(rhea)
    InstanceApplication.objects.update(status="pending")
    application.refresh_from_db()
    version = reviewing.version_of(application)
    data = {**form_data(application), "version": version, **changes, "do": do}

    answer = client.post(address(application), data)

    assert answer.status_code in {200, 302, 400, 409}


@pytest.mark.usefixtures("offering")
@given(changes=FORM_DATA)
def test_any_panel_is_answered(
    client: Client, rhea: User, changes: dict[str, str]
) -> None:
    client.force_login(rhea)

    answer = client.get(reverse("applications:panel"), changes)

    assert answer.status_code == 200


@pytest.mark.usefixtures("offering", "alice")
@given(changes=FORM_DATA, do=some.sampled_from(["create", "try", "show", ""]))
def test_any_creation_is_answered(
    client: Client,
    root: User,
    application: InstanceApplication,
    changes: dict[str, Any],
    do: str,
) -> None:
    client.force_login(root)
    data = {**form_data(application), "owner": "alice", **changes, "do": do}

    answer = client.post(reverse("applications:create"), data)

    assert answer.status_code in {200, 302, 400}
