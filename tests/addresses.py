"""Every address of the product, with an object behind it."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from apps.accounts.models import MailChange, SshKey
from apps.applications.models import InstanceApplication
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Cluster, Job
from apps.ganeti.models.action_request import ActionRequest
from apps.mails.one_time_keys import hash_of
from apps.notifications.models import Delivery, Notification

Result = TypeVar("Result")

KEY = "a-key-that-was-mailed-to-alice"
COOKIE = "a-cookie-of-an-application"
NUMBERS = {"accounts:session-end": UUID(int=0)}

Addresses = dict[str, list[str]]


def addresses(
    patterns: list[URLPattern | URLResolver], namespace: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of every address with the names of its parameters."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = pattern.namespace or ""
            inner_namespace = f"{namespace}{inner}:" if inner else namespace
            yield from addresses(pattern.url_patterns, inner_namespace)
        elif pattern.name:
            parameters = list(pattern.pattern.regex.groupindex)
            yield f"{namespace}{pattern.name}", parameters


ALL_ADDRESSES: Addresses = dict(addresses(get_resolver().url_patterns))
OURS = {
    name: args for name, args in ALL_ADDRESSES.items() if not name.startswith("admin:")
}
ADMIN = {
    name: args for name, args in ALL_ADDRESSES.items() if name.startswith("admin:")
}


def create_action_request(machine: str) -> ActionRequest:
    """Create alice's request to destroy a machine, whose link has KEY."""
    return ActionRequest.objects.get_or_create(
        key_hash=hash_of(KEY),
        defaults={
            "user": User.objects.get_or_create(username="alice")[0],
            "cluster": Cluster.objects.get(),
            "instance": machine,
            "instance_uuid": f"uuid-of-{machine}",
            "action": "destroy",
            "expires_at": timezone.now() + timedelta(days=1),
        },
    )[0]


def create_application(alice: User) -> InstanceApplication:
    """Create alice's application, which the addresses lead to."""
    return InstanceApplication.objects.create(
        pk=17,
        applicant=alice,
        hostname="new1.example.org",
        memory_mib=1024,
        vcpus=1,
        disk_gib=10,
        cookie=COOKIE,
    )


def address_of(name: str, machine: str) -> str:
    """Return an address; parameters of one name differ between addresses."""
    values: dict[str, Callable[[], Any]] = {
        "cluster_slug": lambda: "athens",
        "name": lambda: machine,
        "node": lambda: "node1",
        "node_group": lambda: "default",
        "network": lambda: "public",
        "username": lambda: "alice",
        "group_name": lambda: "staff",
        "pk": lambda: 17,
        "cookie": lambda: COOKIE,
        "token": lambda: "x",
        "uidb64": lambda: "MQ",
        "number": lambda: NUMBERS.get(name, 4711),
        "accounts:confirm key": lambda: "f" * 64,
        "key_id": create_key,
        "kind": lambda: "cpu",
        "graph_type": lambda: "cpu-ts",
        "start": lambda: "-1d",
        "end": lambda: "now",
        "interface": lambda: "eth0",
        "job_id": lambda: create_job(machine),
        "accounts:mail-change key": create_mail_change,
        "applications:trial key": lambda: "of-no-trial",
        **{
            f"notifications:{view} pk": create_notification
            for view in ("detail", "retry", "copy", "message", "read")
        },
        **{
            f"notifications:{view} pk": create_draft
            for view in ("edit", "review", "send", "delete")
        },
    }
    if {"key", "request_pk"} & set(ALL_ADDRESSES[name]) and name.startswith("ganeti:"):
        action_request = create_action_request(machine)
        values |= {
            "key": lambda: KEY,
            "request_pk": lambda: action_request.pk,
            "action": lambda: action_request.action,
        }
    getters = {
        parameter: values.get(f"{name} {parameter}") or values[parameter]
        for parameter in ALL_ADDRESSES[name]
    }
    return reverse(
        name, kwargs={parameter: getter() for parameter, getter in getters.items()}
    )


def create_key() -> int:
    alice = User.objects.get(username="alice")
    return SshKey.objects.get_or_create(owner=alice, key="ssh-ed25519 AAAA")[0].pk


def create_job(machine: str) -> int:
    """Create alice's finished job on a machine, and return Ganeti's ID of it."""
    Job.objects.get_or_create(
        key="of-a-job",
        defaults={
            "cluster": Cluster.objects.get(),
            "ganeti_id": 4711,
            "kind": Job.Kind.REBOOT,
            "target_name": machine,
            "user": User.objects.get_or_create(username="alice")[0],
            "status": JobStatus.SUCCESS,
            "handled_at": timezone.now(),
        },
    )
    return 4711


def create_mail_change() -> str:
    """Create alice's change of her mail address, and return the key of its link."""
    digest = hashlib.sha256(b"one-time").hexdigest()
    values = {"address": "a@example.org", "asked_at": timezone.now(), "digest": digest}
    alice = User.objects.get(username="alice")
    MailChange.objects.update_or_create(user=alice, defaults=values)
    return "one-time"


def create_draft() -> int:
    """Create a draft to web1's owners, and return its key."""
    draft = Notification.objects.get_or_create(
        subject_en="A draft", body_en="Text", targets=[["instance", "athens", "web1"]]
    )[0]
    return draft.pk


def create_notification() -> int:
    """Create a notification that was sent to alice, and return its key."""
    notification = Notification.objects.get_or_create(
        subject_en="Sent",
        defaults={"body_en": "Text", "status": "sent", "sent_at": timezone.now()},
    )[0]
    alice = User.objects.get_or_create(username="alice")[0]
    Delivery.objects.get_or_create(
        notification=notification,
        mailbox="alice@example.org",
        defaults={"user": alice, "username": "alice", "language": "en"},
    )
    return notification.pk


def rolled_back(work: Callable[..., Result], *arguments: Any) -> Result:
    """Call a function, roll back its changes and return its result."""
    with transaction.atomic():
        result = work(*arguments)
        transaction.set_rollback(True)
    return result


def admin_address(name: str, cluster: Cluster) -> str:
    values: dict[str, Any] = {
        "object_id": cluster.pk,
        "id": cluster.pk,
        "content_type_id": 1,
        "app_label": "ganeti",
        "url": "nothing/",
    }
    return reverse(name, kwargs={key: values[key] for key in ADMIN[name]})
