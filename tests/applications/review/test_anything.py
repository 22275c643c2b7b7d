"""Whatever is posted: no 500."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some

from apps.applications.models import InstanceApplication
from apps.applications.services import reviewing
from tests.applications.review.sending import address, wanted

FIELDS = (
    *("hostname", "memory_mib", "vcpus", "disk_gib", "operating_system", "owner"),
    *("hosts_mail_server", "organization", "cluster", "shown", "node_group"),
    *("nic_network", "storage", "volume_group", "admin_comments", "version", "trial"),
    *("refusal_reason", "application"),
)
ANYTHING = (
    some.text(max_size=40)
    | some.integers().map(str)
    | some.sampled_from(["athens", "default", "plain", "ext:x", "a:b", "\0", "1e9"])
)
SENT = some.dictionaries(some.sampled_from(FIELDS), ANYTHING)
DO = some.sampled_from(["show", "try", "accept", "refuse", "discard", "submit", "x"])


@pytest.mark.usefixtures("offering")
@given(changes=SENT, do=DO)
def test_a_review_breaks_on_nothing(
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
    sent = {**wanted(application), "version": version, **changes, "do": do}

    answer = client.post(address(application), sent)

    assert answer.status_code in {200, 302, 400, 409}


@pytest.mark.usefixtures("offering")
@given(changes=SENT)
def test_a_panel_breaks_on_nothing(
    client: Client, rhea: User, changes: dict[str, str]
) -> None:
    client.force_login(rhea)

    answer = client.get(reverse("applications:panel"), changes)

    assert answer.status_code == 200


@pytest.mark.usefixtures("offering", "alice")
@given(changes=SENT, do=some.sampled_from(["create", "try", "show", ""]))
def test_creating_breaks_on_nothing(
    client: Client,
    root: User,
    application: InstanceApplication,
    changes: dict[str, Any],
    do: str,
) -> None:
    client.force_login(root)
    sent = {**wanted(application), "owner": "alice", **changes, "do": do}

    answer = client.post(reverse("applications:create"), sent)

    assert answer.status_code in {200, 302, 400}
