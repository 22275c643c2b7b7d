"""Suggestions of the search, by what people have in hand."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Profile, SshKey
from apps.applications.models import InstanceApplication
from apps.ganeti.models import Cluster
from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents
from tests.bench import clusters
from tests.bench.environment import Environment, simulator
from tests.bench.interleaving import time_interleaved
from tests.bench.lists import CLUSTERS
from tests.bench.table import Line, Samples, milliseconds, timing_line

INSTANCES, USERS, APPLICATIONS = 10_000, 5_000, 5_000
REPEATS = 15
MAX_S = 0.1
FINGERPRINT = "x" * 38
SEARCHES: Mapping[str, str] = {
    "part of many names": "web",
    "two words": "example.org 1",
    "nothing": "nowhere to be found",
    "IPv4 address": "10.1.16.18",
    "IPv6 address": "2001:db8::1",
    "MAC": "aa:00:00:12:34:56",
    "UUID": "7a2d3c1e-0b1f-4c53-9d0e-2f6f0c9a7b11",
    "number": "4711",
    "email": "user4711@example.org",
    "phone": "+30 210 0004711",
    "SSH fingerprint": f"SHA256:{FINGERPRINT}04711",
}


def run(environment: Environment) -> list[Line]:
    options = [f"--clusters={CLUSTERS}", f"--instances={INSTANCES}"]
    with simulator(environment.directory, *options) as simulated:
        contents = clusters.refresh_all(
            [clusters.create_cluster(description) for description in simulated.clusters]
        )
    return measure(contents, repeats=REPEATS)


def measure(contents: dict[Cluster, Contents], *, repeats: int) -> list[Line]:
    clusters.publish(contents, INSTANCES)
    snapshots.clear_memory()
    create_people()
    visits = {label: create_visit(text) for label, text in SEARCHES.items()}
    for visit in (*visits.values(), *visits.values()):
        visit()
    samples = time_interleaved(visits, repeats, time.perf_counter)
    return [search_line(label, samples[label]) for label in visits]


def search_line(label: str, samples: Samples) -> Line:
    return replace(
        timing_line(f"search: {label}", samples),
        target=f"≤ {milliseconds(MAX_S)}",
        met=samples.median <= MAX_S,
    )


def create_people() -> None:
    """Create users, each with a phone number and a key, and their applications."""
    User.objects.create_superuser("root")
    users = User.objects.bulk_create(
        User(username=f"user{number}", email=f"user{number}@example.org")
        for number in range(USERS)
    )
    Profile.objects.bulk_create(
        Profile(user=user, phone=f"+30 210 {number:07}")
        for number, user in enumerate(users)
    )
    SshKey.objects.bulk_create(
        SshKey(owner=user, key="ssh-ed25519", fingerprint=f"{FINGERPRINT}{number:05}")
        for number, user in enumerate(users)
    )
    InstanceApplication.objects.bulk_create(
        InstanceApplication(
            applicant=users[number % len(users)],
            hostname=f"web{number}.example.org",
            memory_mib=1024,
            vcpus=1,
            disk_gib=10,
        )
        for number in range(APPLICATIONS)
    )


def create_visit(text: str) -> Callable[[], None]:
    client = Client(SERVER_NAME="localhost", headers={"HX-Request": "true"})
    client.force_login(User.objects.get(username="root"))
    url = reverse("web:search")

    def visit() -> None:
        response = client.get(url, {"q": text})
        assert response.status_code == 200, response.status_code

    return visit
