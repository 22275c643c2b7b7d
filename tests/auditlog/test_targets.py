"""Targets of entries and jobs, and the history of each target."""

from collections.abc import Callable, Collection

import pytest
from django.contrib.auth.models import User
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.auditlog import entries, labels, outcomes
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.auditlog.outcomes import Filters, Outcome, Reach
from apps.auditlog.target import Target, TargetKind, user_target
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs.submission import Action, NotNow, write_down
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from apps.web.requests import UserRequest
from tests.auditlog.history import HISTORY, lines
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, text

OLD_WEB1 = Target(TargetKind.INSTANCE, "web1", "athens", "uuid-of-web1")
NEW_WEB1 = Target(TargetKind.INSTANCE, "web1", "athens", "uuid-of-another")

Replace = Callable[[], None]


@pytest.fixture
def replace_web1(cluster: Cluster, published: FakeRapi) -> Replace:
    """Return a function that replaces web1 with another machine of that name."""

    def replace() -> None:
        published.change("web1", uuid=NEW_WEB1.id)
        refreshing.refresh(cluster, force=True)

    return replace


def machine_page(client: Client, name: str = "web1") -> str:
    return markup(client.get(reverse("ganeti:instance-detail", args=["athens", name])))


def history_of(client: Client, name: str = "web1") -> str:
    return text(machine_page(client, name).split('id="history"')[1])


def target_query(*targets: Target) -> str:
    return "?" + "&".join(f"target={target.kind}:{target.id}" for target in targets)


# -- a machine recreated under its old name


def test_a_recreated_machine_does_not_show_the_old_history(
    client: Client, alice: User, root: User, replace_web1: Replace
) -> None:
    entries.record(Acting(root), "reboot", OLD_WEB1)
    client.force_login(alice)
    previous_history = history_of(client)

    replace_web1()
    entries.record(Acting(root), "startup", NEW_WEB1)

    current_history = history_of(client)
    assert "Reboot" in previous_history
    assert "Reboot" not in current_history
    assert "Start" in current_history
    assert len(lines(client, target_query(NEW_WEB1))) == 1


def test_a_recreated_machine_has_no_job_of_the_old_one(
    client: Client, alice: User, cluster: Cluster, replace_web1: Replace
) -> None:
    Job.new(
        cluster,
        OLD_WEB1,
        kind=Job.Kind.REBOOT,
        status=JobStatus.ERROR,
        message="Node is gone",
        finished_at=timezone.now(),
    ).save()
    client.force_login(alice)
    previous_page = machine_page(client)

    replace_web1()

    assert "Node is gone" in previous_page
    assert "Node is gone" not in machine_page(client)


def test_a_machine_links_to_its_whole_history(
    client: Client, alice: User, root: User, published: FakeRapi
) -> None:
    entries.record(Acting(root), "reboot", OLD_WEB1)
    client.force_login(alice)

    assert f"{HISTORY}?target=instance%3Auuid-of-web1" in machine_page(client)


def test_staff_see_everything_under_a_name_and_each_target_alone(
    client: Client, olga: User, root: User, replace_web1: Replace
) -> None:
    replace_web1()
    entries.record(Acting(root), "reboot", OLD_WEB1)
    entries.record(Acting(root), "startup", NEW_WEB1)
    client.force_login(olga)

    assert len(lines(client, "?q=web1")) == 2
    assert ["Reboot" in line for line in lines(client, target_query(OLD_WEB1))] == [
        True
    ]
    assert ["Start" in line for line in lines(client, target_query(NEW_WEB1))] == [True]
    page = markup(client.get(HISTORY + "?q=web1"))
    assert page.count("/instances/athens/web1/") == 1, "the old one has no page"


def test_a_renamed_machine_keeps_its_history(
    client: Client, olga: User, root: User, cluster: Cluster, published: FakeRapi
) -> None:
    entries.record(Acting(root), "reboot", OLD_WEB1)
    published.add("web9", uuid=OLD_WEB1.id)
    published.instances.pop("web1")
    refreshing.refresh(cluster, force=True)
    client.force_login(olga)

    assert "Reboot" in history_of(client, "web9")


# -- an application and its machine


@pytest.fixture
def applied(cluster: Cluster, published: FakeRapi, alice: User, root: User) -> None:
    """Record that web1 was built for an application that root accepted."""
    application = Target(TargetKind.APPLICATION, "web1", id="5")
    entries.record(Acting(alice), "apply", application)
    entries.record(Acting(root), "accept_application", application)
    entries.record(Acting(root), "create", OLD_WEB1)
    tags = ["ganetimgr:user:alice", "ganetimgr:application:5"]
    published.change("web1", tags=tags)
    refreshing.refresh(cluster, force=True)


@pytest.mark.usefixtures("applied")
def test_the_application_is_in_the_history_of_its_machine(
    client: Client, root: User
) -> None:
    client.force_login(root)

    history = history_of(client)

    for action in ("Apply for a machine", "Accept an application", "Build"):
        assert action in history


@pytest.mark.usefixtures("applied")
def test_owners_see_their_application_but_not_who_decided(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    application = Target(TargetKind.APPLICATION, "web1", id="5")

    history = history_of(client)

    assert "Apply for a machine" in history
    assert "Accept an application" not in history
    assert len(lines(client, target_query(OLD_WEB1, application))) == 2


@pytest.mark.usefixtures("applied")
def test_an_entry_leads_to_its_application(client: Client, alice: User) -> None:
    client.force_login(alice)

    page = markup(client.get(HISTORY))

    assert reverse("applications:detail", args=[5]) in page
    assert "application" in lines(client, "?action=apply")[0]


# -- other targets


def test_a_user_is_a_target(alice: User, root: User) -> None:
    entries.record(Acting(root), "password-set", user_target(alice))

    entries_about_alice = AuditEntry.objects.about({TargetKind.USER: [str(alice.pk)]})
    assert [entry.target_name for entry in entries_about_alice] == ["alice"]


def test_a_job_can_be_about_a_node_of_the_same_name_as_a_machine(
    cluster: Cluster, root: User
) -> None:
    node = Target(TargetKind.NODE, "web1", "athens", "uuid-of-node")
    action = Action(Job.Kind.TAG, lambda _client, _reason: 1)
    by = Acting(root)

    jobs = [write_down(cluster, target, action, by=by) for target in (OLD_WEB1, node)]

    assert [job.target for job in jobs] == [OLD_WEB1, node]
    assert list(Job.objects.on(cluster, node)) == jobs[1:]
    with pytest.raises(NotNow, match="web1"):
        write_down(cluster, node, action, by=by)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "query", ["?target=nonsense", "?target=instance:", "?target=x:1&target=%00"]
)
def test_an_invalid_target_is_ignored(client: Client, olga: User, query: str) -> None:
    entries.record(Acting(olga), "reboot", OLD_WEB1)
    client.force_login(olga)

    assert len(lines(client, query)) == 1


# -- registered sources


class Backups:
    """An additional source of outcomes."""

    filters: Filters = {"done": ("Kept", Q(action="backup"))}
    related: Collection[str] = ()

    def reach(self, _request: UserRequest) -> Reach:
        return Reach(
            targets={TargetKind.NODE: ["uuid-of-node"]},
            addresses=[lambda entry: f"/backups/{entry.target_name}"],
        )

    def outcome(self, entry: AuditEntry) -> Outcome | None:
        return Outcome("Kept", "ok") if entry.action == "backup" else None


@pytest.mark.usefixtures("published")
def test_sources_are_combined(
    client: Client,
    alice: User,
    root: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Target(TargetKind.NODE, "node1", "athens", "uuid-of-node")
    entries.record(Acting(root), "backup", node)
    entries.record(Acting(root), "reboot", OLD_WEB1)
    client.force_login(alice)
    assert len(lines(client)) == 1

    monkeypatch.setattr(outcomes, "_sources", [*outcomes._sources, Backups()])

    assert len(lines(client)) == 2
    assert ["Kept" in line for line in lines(client, "?outcome=done")] == [True]
    page = markup(client.get(HISTORY))
    assert "/backups/node1" in page
    assert "/instances/athens/web1/" in page


def test_an_action_has_one_label() -> None:
    with pytest.raises(ValueError, match="reboot"):
        labels.register({"reboot": "Restart"})
