"""Recipients of a notification: 5,000 users who own 10,000 machines."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.person import Person
from apps.ganeti.domain.tags import Tags
from apps.ganeti.models import Cluster
from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents
from apps.notifications import audience, targets
from apps.notifications.models import Notification
from apps.notifications.targets import Target, TargetKind
from tests.bench import clusters
from tests.bench.environment import Environment, simulator
from tests.bench.lists import CLUSTERS
from tests.bench.pages import create_visit
from tests.bench.table import Line, Samples, figure_line, milliseconds

USERS, GROUPS, INSTANCES = 5_000, 100, 10_000
REPEATS = 7
MOST_SQL = 8
MOST_S = 1.0


def run(environment: Environment) -> list[Line]:
    options = [f"--clusters={CLUSTERS}", f"--instances={INSTANCES}"]
    with simulator(environment.directory, *options) as simulated:
        contents = clusters.refresh_all(
            [clusters.create_cluster(description) for description in simulated.clusters]
        )
    return measure(contents, users=USERS, repeats=REPEATS)


def measure(
    contents: Mapping[Cluster, Contents], *, users: int, repeats: int
) -> list[Line]:
    """Give the machines to users and groups, and find the recipients."""
    create_users(users)
    for cluster, cluster_contents in contents.items():
        give_to_users(cluster, cluster_contents, users)
    root = User.objects.create_superuser("root", "root@example.org")
    everybody = create_draft(Target(TargetKind.EVERYBODY))
    all_clusters = create_draft(
        *(Target(TargetKind.CLUSTER, cluster.slug) for cluster in contents)
    )
    person = Person.of(root)
    return [
        *_lines("everybody", lambda: audience.of(everybody, person), repeats),
        *_lines("all clusters", lambda: audience.of(all_clusters, person), repeats),
        *_lines("page that shows them", _page(everybody), repeats, sql=False),
    ]


def create_users(users: int) -> None:
    """Create users, each in one of the groups."""
    groups = [Group.objects.create(name=f"group{number}") for number in range(GROUPS)]
    created = User.objects.bulk_create(
        User(username=f"user{number}", email=f"user{number}@example.org")
        for number in range(users)
    )
    membership = User.groups.through
    membership._default_manager.bulk_create(
        membership(user_id=user.pk, group_id=groups[number % GROUPS].pk)
        for number, user in enumerate(created)
    )


def give_to_users(cluster: Cluster, contents: Contents, users: int) -> None:
    """Publish a cluster whose machines have a user, and every tenth also a group."""
    instances = {}
    for number, instance in enumerate(contents.instances.values()):
        own = [f"ganetimgr:user:user{(number * 7 + cluster.pk * 500) % users}"]
        if number % 10 == 0:
            own.append(f"ganetimgr:group:group{number % GROUPS}")
        tags = Tags.parse(own, "ganetimgr")
        instances[instance.name] = replace(instance, tags=tags)
    owned = replace(contents, instances=instances)
    snapshots.publish(cluster, clusters.replace_contents(owned))


def create_draft(*chosen: Target) -> Notification:
    return Notification.objects.create(
        subject_en="To {{ user }}",
        body_en="{{ instances }}",
        targets=targets.stored(chosen),
    )


def _page(notification: Notification) -> Callable[[], object]:
    address = reverse("notifications:review", args=[notification.pk])
    return create_visit("root", address)


def _lines(
    label: str, work: Callable[[], object], repeats: int, *, sql: bool = True
) -> list[Line]:
    work()
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    samples = Samples(seconds)
    lines = [
        figure_line(
            f"{label}: CPU",
            samples.median,
            "s",
            at_most=MOST_S,
            places=2,
            spread=samples.spread(milliseconds),
        )
    ]
    if sql:
        with CaptureQueriesContext(connection) as queries:
            work()
        lines.append(figure_line(f"{label}: SQL", len(queries), at_most=MOST_SQL))
    return lines
