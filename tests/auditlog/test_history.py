from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.auditlog.models import AuditEntry
from apps.auditlog.target import TargetKind
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Cluster, Job
from tests.auditlog.history import HISTORY, lines
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, text


def record_entry(
    user: User, instance: str, action: str = "reboot", **overrides: object
) -> AuditEntry:
    fields = {"address": "203.0.113.7", "cluster": "athens", **overrides}
    fields.setdefault("target_id", f"uuid-of-{instance}")
    return AuditEntry.objects.create(
        user=user,
        username=user.get_username(),
        action=action,
        target_kind=TargetKind.INSTANCE,
        target_name=instance,
        **fields,
    )


def add_job(entry: AuditEntry, cluster: Cluster, status: JobStatus) -> None:
    Job.objects.create(
        key=Job.new_key(),
        cluster=cluster,
        kind=Job.Kind.REBOOT,
        target_name=entry.target_name,
        status=status,
        audit_entry=entry,
        message="Disk <sda> is degraded",
    )


def test_users_see_what_they_did_and_what_was_done_to_their_machines(
    client: Client, alice: User, carol: User, root: User, published: FakeRapi
) -> None:
    for user, instance in ((carol, "db1"), (root, "web1"), (alice, "gone")):
        record_entry(user, instance)
    client.force_login(alice)
    alice_lines = lines(client)
    client.force_login(carol)
    carol_lines = lines(client)

    assert [line.split(" Reboot ")[1].split()[0] for line in alice_lines] == [
        "gone",
        "web1",
    ]
    assert len(carol_lines) == 1
    assert "db1" in carol_lines[0]


@pytest.mark.usefixtures("published")
def test_staff_see_what_everybody_did(
    client: Client, alice: User, carol: User, olga: User
) -> None:
    record_entry(alice, "web1")
    record_entry(carol, "db1")
    client.force_login(olga)

    assert len(lines(client)) == 2


@pytest.mark.usefixtures("published")
def test_addresses_of_others_are_shown_to_staff_only(
    client: Client, alice: User, olga: User
) -> None:
    record_entry(olga, "web1")
    record_entry(alice, "web1", address="198.51.100.4")
    client.force_login(alice)
    alice_lines = " ".join(lines(client))
    client.force_login(olga)

    assert "203.0.113.7" not in alice_lines
    assert "198.51.100.4" in alice_lines
    assert "203.0.113.7" in " ".join(lines(client))


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("status", "word", "outcome"),
    [
        (JobStatus.RUNNING, "Rebooting…", "running"),
        (JobStatus.SUCCESS, "Done", "done"),
        (JobStatus.ERROR, "Failed", "failed"),
        (JobStatus.CANCELED, "Cancelled", "failed"),
        (JobStatus.REFUSED, "Refused by Ganeti", "failed"),
        (JobStatus.NOT_SUBMITTED, "Never reached Ganeti", "failed"),
        (JobStatus.LOST, "Outcome unknown", "failed"),
    ],
)
def test_each_entry_shows_its_outcome(
    client: Client,
    alice: User,
    cluster: Cluster,
    status: JobStatus,
    word: str,
    outcome: str,
) -> None:
    add_job(record_entry(alice, "web1"), cluster, status)
    client.force_login(alice)

    for query in ("", f"?outcome={outcome}"):
        assert word in lines(client, query)[0]
    for other in {"running", "done", "failed", "refused"} - {outcome}:
        assert lines(client, f"?outcome={other}") == []


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("last", "outcome", "word"),
    [
        (JobStatus.SUCCESS, "done", "Done"),
        (JobStatus.PLANNED, "running", "Rebooting…"),
        (JobStatus.ERROR, "failed", "Failed"),
    ],
)
def test_an_entry_has_one_outcome_however_many_jobs_its_chain_has(
    client: Client,
    olga: User,
    cluster: Cluster,
    last: JobStatus,
    outcome: str,
    word: str,
) -> None:
    entry = record_entry(olga, "web1")
    add_job(entry, cluster, JobStatus.SUCCESS)
    add_job(entry, cluster, last)
    client.force_login(olga)

    for key in ("done", "running", "failed"):
        shown = lines(client, f"?outcome={key}")
        assert len(shown) == (key == outcome)
    assert word in lines(client)[0]


@pytest.mark.usefixtures("published")
def test_a_refusal_shows_its_reason(client: Client, alice: User, carol: User) -> None:
    record_entry(
        carol, "web1", refused=True, detail="The machine belongs to another user."
    )
    client.force_login(alice)

    assert "Not allowed" in lines(client, "?outcome=refused")[0]
    assert "The machine belongs to another user." in lines(client)[0]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?q=web1", 1),
        ("?q=alice+reboot", 2),
        ("?q=nobody", 0),
        ("?action=startup", 1),
        ("?action=nonsense", 3),
        ("?cluster=berlin", 0),
        ("?q=%00&page=x", 3),
    ],
)
def test_entries_are_filtered_by_the_query(
    client: Client, olga: User, alice: User, query: str, count: int
) -> None:
    record_entry(alice, "web1")
    record_entry(alice, "web2")
    record_entry(olga, "db1", "startup")
    client.force_login(olga)

    assert len(lines(client, query)) == count


@pytest.mark.usefixtures("published")
def test_only_the_last_days_are_shown(
    client: Client, alice: User, settings: Settings
) -> None:
    settings.AUDIT_ENTRIES_LAST_X_DAYS = 30
    entry = record_entry(alice, "web1")
    AuditEntry.objects.filter(pk=entry.pk).update(
        created_at=timezone.now() - timedelta(days=31)
    )
    record_entry(alice, "web2")
    client.force_login(alice)

    page = lines(client)

    assert len(page) == 1
    assert "web2" in page[0]
    assert "The last 30 days." in text(markup(client.get(HISTORY)))


@pytest.mark.usefixtures("published")
def test_text_of_users_and_ganeti_is_escaped(
    client: Client, olga: User, cluster: Cluster
) -> None:
    entry = record_entry(olga, "<b>web1", "<script>", detail="<img>")
    add_job(entry, cluster, JobStatus.ERROR)
    client.force_login(olga)

    page = markup(client.get(HISTORY))

    for raw in ("<b>web1", "<script>", "<img>", "<sda>"):
        assert raw not in page.split("<tbody>")[1]


@pytest.mark.usefixtures("published")
def test_existing_machines_are_linked(client: Client, alice: User) -> None:
    record_entry(alice, "web1")
    record_entry(alice, "gone")
    client.force_login(alice)

    page = markup(client.get(HISTORY))

    assert 'href="/instances/athens/web1/"' in page
    assert "/instances/athens/gone/" not in page


def test_a_long_history_is_paginated_in_constant_queries(
    client: Client,
    alice: User,
    cluster: Cluster,
    published: FakeRapi,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(60):
        add_job(record_entry(alice, "web1"), cluster, JobStatus.SUCCESS)
    client.force_login(alice)
    client.get(HISTORY)

    # Session with its user, rights, clusters; a count, the entries, their jobs, and
    # clusters to choose from.
    with django_assert_num_queries(7):
        first = lines(client)

    assert len(first) == 50
    assert len(lines(client, "?page=2")) == 10
    assert published.calls == []


@pytest.mark.usefixtures("published")
def test_htmx_gets_only_the_entries(client: Client, alice: User) -> None:
    client.force_login(alice)

    part = client.get(f"{HISTORY}?q=web&action=", headers={"HX-Request": "true"})

    assert "<html" not in markup(part)
    assert part.headers["HX-Push-Url"] == f"{HISTORY}?q=web"


def test_an_empty_history_says_so(client: Client, carol: User) -> None:
    client.force_login(carol)

    assert "No entries yet" in text(markup(client.get(HISTORY)))
