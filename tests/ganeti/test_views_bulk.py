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
HERS = ["web1", "web2", "mail1", "old1"]


def asked(action: str, names: list[str], **more: str) -> dict[str, object]:
    return {"action": action, "machine": [f"athens/{name}" for name in names], **more}


def test_a_preview_does_nothing_and_says_why_some_are_left_out(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    page = markup(client.post(BULK, asked("shutdown", HERS)))

    said = text(page)
    assert "Shut down: 1 machine" in said
    assert "Skipped: 3 machines" in said
    assert "It is already stopped." in said
    assert "This machine is locked by staff" in said
    assert "under maintenance" in said
    assert 'value="athens/web1"' in page
    assert 'value="athens/web2"' not in page
    assert published.jobs == []


def test_what_is_not_theirs_is_not_even_named(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    page = markup(client.post(BULK, asked("shutdown", ["web1", "db1", "web10"])))
    client.post(BULK, asked("shutdown", ["web1", "db1"], confirmed="yes"))

    assert "db1" not in page
    assert "web10" not in page
    assert [job.call.path for job in published.jobs] == ["/2/instances/web1/shutdown"]


def test_confirmed_it_is_done_and_said(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.add("web3", tags=["ganetimgr:user:alice"])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    answer = client.post(
        BULK,
        asked("reboot", ["web1", "web3"], confirmed="yes", next="?q=web"),
        follow=True,
    )

    assert answer.redirect_chain == [(f"{LIST}?q=web", HTTPStatus.FOUND)]
    assert notices(answer) == ["Reboot: requested for 2 machines."]
    assert Job.objects.count() == len(published.jobs) == 2


def test_what_is_refused_after_all_is_recorded(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    answer = client.post(
        BULK, asked("shutdown", ["mail1"], confirmed="yes"), follow=True
    )

    assert "mail1: This machine is locked by staff" in notices(answer)[0]
    assert AuditEntry.objects.get().refused
    assert published.jobs == []


def test_a_silent_cluster_is_asked_once(
    client: Client, alice: User, cluster: Cluster, published: FakeRapi
) -> None:
    published.add("web3", tags=["ganetimgr:user:alice"])
    refreshing.refresh(cluster, force=True)
    published.calls.clear()
    published.fail_submissions(RapiUnreachable("It hangs.", sent=False))
    client.force_login(alice)

    answer = client.post(
        BULK, asked("reboot", ["web1", "web3"], confirmed="yes"), follow=True
    )

    assert notices(answer) == ["web1, web3: It hangs."]
    assert len([call for call in published.calls if "/instances/" in call.path]) == 1


@pytest.mark.usefixtures("published")
def test_time_is_not_spent_for_ever(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "TIME_LIMIT_S", -1)
    client.force_login(alice)

    answer = client.post(BULK, asked("reboot", ["web1"], confirmed="yes"), follow=True)

    assert notices(answer) == [
        "web1: The clusters took too long to respond. Select the machines again."
    ]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"action": "reboot"},
        {"action": "destroy", "machine": ["athens/web1"]},
        {"action": "reboot", "machine": ["nonsense", "/", "athens/"], "confirmed": "y"},
    ],
)
def test_nonsense_does_nothing(
    client: Client, alice: User, sent: dict[str, object]
) -> None:
    client.force_login(alice)

    answer = client.post(BULK, sent)

    assert answer.status_code == HTTPStatus.FOUND
    assert not Job.objects.exists()


@pytest.mark.usefixtures("published")
def test_one_row_asks_before_it_stops_something(client: Client, alice: User) -> None:
    client.force_login(alice)

    said = text(markup(client.post(BULK, {"shutdown": "athens/web1"})))

    assert "Shut down: 1 machine" in said


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("setting", ["set-language", "set-colours"])
def test_the_language_changes_on_a_page_that_a_form_has_drawn(
    client: Client, alice: User, setting: str
) -> None:
    client.force_login(alice)
    drawn = client.post(
        reverse("ganeti:instance-bulk"),
        {"action": "shutdown", "machine": "athens/web1"},
        headers={"Referer": "http://testserver/?q=web"},
    )
    address = reverse(f"accounts:{setting}")
    back = parsed(markup(drawn)).select_one(f'form[action="{address}"] [name=next]')
    assert back

    answer = client.post(address, {"language": "el", "next": back["value"]})

    assert answer["Location"] == "/?q=web"
