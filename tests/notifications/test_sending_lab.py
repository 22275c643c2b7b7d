"""A notification to the owners of a real node's machines arrives once each."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User

from apps.accounts.person import Person
from apps.auditlog.entries import Acting
from apps.ganeti.models import Cluster
from apps.notifications import audience, sending
from apps.notifications.sending import AlreadySent
from apps.notifications.targets import Target, TargetKind
from tests.conftest import Sent
from tests.ganeti.lab_clusters import create_cluster
from tests.lab import Lab
from tests.notifications.conftest import Draft

pytestmark = pytest.mark.lab

MACHINES = {
    "notify1.example.org": "alice",
    "notify2.example.org": "alice",
    "notify3.example.org": "bob",
}


@pytest.fixture
def cluster(db: None, empty_caches: None, lab: Lab) -> Iterator[Cluster]:
    """Return the lab's cluster, with machines of alice and bob on its first node."""
    lab.remove(*MACHINES)
    jobs = [
        lab.create(name, tags=[f"ganetimgr:user:{owner}"])
        for name, owner in MACHINES.items()
    ]
    for job_id in jobs:
        lab.finish(job_id)
    yield create_cluster(lab)
    lab.remove(*MACHINES)


def test_a_notification_to_a_real_nodes_owners_arrives_once_each(
    cluster: Cluster,
    lab: Lab,
    alice: User,
    bob: User,
    nora: User,
    draft: Draft,
    write_letters: Callable[[], int],
    sent: Sent,
) -> None:
    node = lab.instance("notify1.example.org")["pnode"]
    notification = draft(Target(TargetKind.NODE, node, cluster.slug))
    reached = audience.of(notification, Person.of(nora))
    shown = audience.digest(notification, reached)

    sending.confirm(notification, shown, by=Acting(nora))
    with pytest.raises(AlreadySent):
        sending.confirm(notification, shown, by=Acting(nora))
    write_letters()

    mails = {mail.to[0]: str(mail.body) for mail in sent() if "News" in mail.subject}
    assert len(mails) == len([mail for mail in sent() if "News" in mail.subject])
    ours = {address: mails[address] for address in (alice.email, bob.email)}
    for name, owner in MACHINES.items():
        for address, body in ours.items():
            assert (name in body) is address.startswith(owner)
