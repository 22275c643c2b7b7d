"""Networks, and applications in every state. Needs Django set up."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from apps.accounts.models import Organization
from apps.applications.models import Event, InstanceApplication
from apps.applications.services import filing, transitions
from apps.applications.states import Status
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster, Network
from apps.ganeti.state import snapshots

SMALL: dict[str, Any] = {
    "memory_mib": 1024,
    "vcpus": 1,
    "disk_gib": 10,
    "operating_system": "debian-minimal",
}
FAILURE = (
    "Could not add os for instance: OS create script failed (exited with exit code 1),"
    " last lines in the log file:\nimage broken: gzip: unexpected end of file"
)


def create() -> None:
    """Create what needs the clusters, which have been added."""
    for cluster in Cluster.objects.all():
        _networks(cluster)
    Cluster.objects.filter(slug="athens").update(fast_create=True)
    _pending()
    _turned_down()
    _failed()
    for owner in ("alice", "bob"):
        _created(owner)
    for application in InstanceApplication.objects.all():
        _long_ago(application)


def _networks(cluster: Cluster) -> None:
    Network.objects.create(
        description="Public network",
        cluster=cluster,
        link="public",
        mode=Network.Mode.ROUTED,
        cluster_default=True,
        ipv6_prefix=f"2001:db8:{cluster.pk}::/64",
    )
    inner = Network.objects.create(
        description="Network of the services",
        cluster=cluster,
        link="br0",
        mode=Network.Mode.BRIDGED,
    )
    inner.groups.set(Group.objects.filter(name="noc"))


def _person(name: str) -> User:
    return User.objects.get(username=name)


def _filed(
    name: str, days_ago: float, hostname: str, **parameters: Any
) -> InstanceApplication:
    """File an application as the page does, at a time in the past."""
    application = filing.file(
        {**SMALL, "hostname": hostname, **parameters}, by=Acting(_person(name))
    )
    at = timezone.now() - timedelta(days=days_ago)
    InstanceApplication.objects.filter(pk=application.pk).update(filed_at=at)
    return application


def _pending() -> None:
    _filed(
        "eleni",
        0.1,
        "shop.eleni.example.org",
        comments="A shop for the students' union, with about 50 visitors a day.",
        contact_name="Eleni",
        contact_email="eleni@example.org",
    )
    _filed(
        "bob",
        1,
        "monitor.noc.example.org",
        memory_mib=4096,
        vcpus=2,
        organization=Organization.objects.get(tag="noc"),
        network=Network.objects.filter(link="br0").first(),
    )
    _filed(
        "alice",
        2,
        "lists.library.example.org",
        memory_mib=2048,
        hosts_mail_server=True,
        organization=Organization.objects.get(tag="library"),
    )


def _turned_down() -> None:
    refused = _filed("dave", 12, "mine.dave.example.org", memory_mib=16384, vcpus=8)
    transitions.move(
        refused,
        Status.REFUSED,
        Event.Kind.REFUSED,
        by=_person("rita"),
        refusal_reason="Mining is against the terms of service.",
        reviewer=_person("rita"),
    )
    discarded = _filed("erin", 20, "test.erin.example.org")
    transitions.move(
        discarded, Status.DISCARDED, Event.Kind.DISCARDED, by=_person("rita")
    )
    withdrawn = _filed("frank", 5, "wiki.frank.example.org")
    filing.withdraw(withdrawn, by=Acting(_person("frank")))


def _accepted(application: InstanceApplication, cluster: Cluster) -> None:
    """Accept an application and hand it to its cluster."""
    transitions.move(
        application,
        Status.APPROVED,
        Event.Kind.ACCEPTED,
        by=_person("rita"),
        reviewer=_person("rita"),
        cluster=cluster,
        node_group="default",
        nic_network="public-v4",
        disk_template="plain",
    )
    transitions.move(
        application, Status.SUBMITTED, Event.Kind.SUBMITTED, by=_person("rita")
    )


def _failed() -> None:
    application = _filed("alice", 3, "old.alice.example.org", operating_system="broken")
    _accepted(application, Cluster.objects.get(slug="berlin"))
    transitions.move(
        application,
        Status.FAILED,
        Event.Kind.FAILED,
        detail=FAILURE,
        message=FAILURE,
    )


def _created(owner: str) -> None:
    """Make the first machine of a user the result of an application."""
    for cluster, name in _machines_of(owner):
        application = _filed(owner, 200, name)
        _accepted(application, cluster)
        transitions.move(application, Status.CREATED, Event.Kind.CREATED)
        return


def _long_ago(application: InstanceApplication) -> None:
    """Move the events of an application to shortly after it was filed."""
    at = application.filed_at
    for event in application.events.all():
        application.events.filter(pk=event.pk).update(at=at)
        at += timedelta(hours=1)
    entries = AuditEntry.objects.filter(target_name=application.hostname)
    entries.update(created_at=application.filed_at)
    last = application.events.last()
    InstanceApplication.objects.filter(pk=application.pk).update(
        changed_at=last.at if last else at
    )


def has_snapshots() -> bool:
    """Return whether all clusters have snapshots."""
    current = snapshots.current(Cluster.objects.all())
    return bool(current) and all(snapshot.contents is not None for snapshot in current)


def _machines_of(owner: str) -> Iterator[tuple[Cluster, str]]:
    for snapshot in snapshots.current(Cluster.objects.all()):
        if snapshot.contents is not None:
            for instance in snapshot.contents.by_user.get(owner, ()):
                yield snapshot.cluster, instance.name
