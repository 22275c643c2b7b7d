from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.errors import RapiUnreachable
from apps.ganeti.state import refreshing
from apps.ganeti.views import bulk
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, parsed, text

BULK = reverse("ganeti:instance-bulk")
LIST = reverse("ganeti:instance-list")
ALICES_MACHINES = ["web1", "web2", "mail1", "old1"]


def bulk_fields(action: str, names: list[str], **fields: str) -> dict[str, object]:
    return {"action": action, "machine": [f"athens/{name}" for name in names], **fields}


def test_a_preview_shows_skipped_machines_with_reasons(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    page = markup(client.post(BULK, bulk_fields("shutdown", ALICES_MACHINES)))

    page_text = text(page)
    assert "Shut down: 1 machine" in page_text
    assert "Skipped: 3 machines" in page_text
    assert "It is already stopped." in page_text
    assert "This machine is locked by staff" in page_text
    assert "under maintenance" in page_text
    assert 'value="athens/web1"' in page
    assert 'value="athens/web2"' not in page
    assert published.jobs == []


def test_hidden_machines_are_left_out(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    page = markup(client.post(BULK, bulk_fields("shutdown", ["web1", "db1", "web10"])))
    client.post(BULK, bulk_fields("shutdown", ["web1", "db1"], confirmed="yes"))

    assert "db1" not in page
    assert "web10" not in page
    assert [job.call.path for job in published.jobs] == ["/2/instances/web1/shutdown"]


def test_confirming_submits_the_jobs(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.add("web3", tags=["ganetimgr:user:alice"])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    response = client.post(
        BULK,
        bulk_fields("reboot", ["web1", "web3"], confirmed="yes", next="?q=web"),
        follow=True,
    )

    assert response.redirect_chain == [(f"{LIST}?q=web", HTTPStatus.FOUND)]
    assert notices(response) == ["Reboot: requested for 2 machines."]
    assert Job.objects.count() == len(published.jobs) == 2


def test_a_refusal_is_reported_and_recorded(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    response = client.post(
        BULK, bulk_fields("shutdown", ["mail1"], confirmed="yes"), follow=True
    )

    assert "mail1: This machine is locked by staff" in notices(response)[0]
    assert AuditEntry.objects.get().refused
    assert published.jobs == []


def test_a_cluster_that_does_not_respond_is_called_once(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.add("web3", tags=["ganetimgr:user:alice"])
    refreshing.refresh(cluster, force=True)
    published.calls.clear()
    published.fail_submissions(RapiUnreachable("It hangs.", sent=False))
    client.force_login(alice)

    response = client.post(
        BULK, bulk_fields("reboot", ["web1", "web3"], confirmed="yes"), follow=True
    )

    assert notices(response) == ["web1, web3: It hangs."]
    assert len([call for call in published.calls if "/instances/" in call.path]) == 1


@pytest.mark.usefixtures("published")
def test_the_action_stops_after_a_time_limit(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "TIME_LIMIT_S", -1)
    client.force_login(alice)

    response = client.post(
        BULK, bulk_fields("reboot", ["web1"], confirmed="yes"), follow=True
    )

    assert notices(response) == [
        "web1: The clusters took too long to respond. Select the machines again."
    ]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "reboot"},
        {"action": "destroy", "machine": ["athens/web1"]},
        {"action": "reboot", "machine": ["nonsense", "/", "athens/"], "confirmed": "y"},
    ],
)
def test_invalid_posts_do_nothing(
    client: Client, alice: User, fields: dict[str, object]
) -> None:
    client.force_login(alice)

    response = client.post(BULK, fields)

    assert response.status_code == HTTPStatus.FOUND
    assert not Job.objects.exists()


@pytest.mark.usefixtures("published")
def test_shutting_down_from_a_row_asks_for_confirmation(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    page_text = text(markup(client.post(BULK, {"shutdown": "athens/web1"})))

    assert "Shut down: 1 machine" in page_text


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("setting", ["set-language", "set-colours"])
def test_language_and_colours_can_be_changed_on_the_preview(
    client: Client, alice: User, setting: str
) -> None:
    client.force_login(alice)
    preview = client.post(
        reverse("ganeti:instance-bulk"),
        {"action": "shutdown", "machine": "athens/web1"},
        headers={"Referer": "http://testserver/?q=web"},
    )
    address = reverse(f"accounts:{setting}")
    next_field = parsed(markup(preview)).select_one(
        f'form[action="{address}"] [name=next]'
    )
    assert next_field

    response = client.post(address, {"language": "el", "next": next_field["value"]})

    assert response["Location"] == "/?q=web"
