"""Columns are long enough for the longest external value.

SQLite accepts longer values; MariaDB refuses them, and the page fails.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from apps.ganeti.domain import values
from apps.ganeti.domain.instance import Instance
from apps.ganeti.domain.node import NodeGroup
from apps.ganeti.domain.values import UnreadableError
from apps.ganeti.models import Cluster, Job, Network
from apps.ganeti.state import refresh_lease
from apps.ganeti.watch.watcher import new_name
from tests.ganeti.query_fields import instance_fields

NAME = "ü" * values.MAX_LENGTH
UUID = "u" * values.MAX_UUID_LENGTH
LINK = f"openvswitch:{'l' * (Network._meta.get_field('link').max_length or 0)}"
TEMPLATE = "t" * values.MAX_TEMPLATE_LENGTH
HOSTNAME = "h" * 253

# Columns whose values no form checks: the longest value of each.
EXTERNAL: dict[str, str] = {
    "ganeti.Job.target_name": NAME,
    "ganeti.Job.target_id": UUID,
    "ganeti.Job.new_name": HOSTNAME,
    "ganeti.Job.busy_key": Job.busy_key_of(Cluster(pk=2**31), NAME),
    "ganeti.Job.key": Job.new_key(),
    "ganeti.Job.kind": max(Job.Kind, key=len),
    "ganeti.Job.follower": new_name(),
    "ganeti.GroupMaintenance.group_uuid": UUID,
    "ganeti.WatcherBeat.name": new_name(),
    "ganeti.ClusterRefresh.holder": refresh_lease._holder(),
    "ganeti.ActionRequest.instance": NAME,
    "ganeti.ActionRequest.instance_uuid": UUID,
    "ganeti.ActionRequest.new_name": HOSTNAME,
    # Ganeti's limit of a tag.
    "ganeti.ActionRequest.owner": "t" * 128,
    "applications.InstanceApplication.hostname": HOSTNAME,
    "applications.InstanceApplication.name_claim": HOSTNAME,
    "applications.InstanceApplication.node_group": NAME,
    "applications.InstanceApplication.nic_network": max(NAME, LINK, key=len),
    "applications.InstanceApplication.disk_template": TEMPLATE,
    "applications.InstanceApplication.storage_provider": NAME,
    "applications.InstanceApplication.volume_group": NAME,
    "auditlog.AuditEntry.target_name": NAME,
    "auditlog.AuditEntry.target_id": UUID,
    "auditlog.AuditEntry.cluster": "c" * 50,
    "auditlog.AuditEntry.username": "u" * 150,
}
# Columns whose values are cut, hashed, or checked by a form or a setting.
BOUNDED = {
    *("ganeti.Cluster.hostname", "ganeti.Cluster.slug", "ganeti.Cluster.description"),
    *("ganeti.Cluster.username", "ganeti.Cluster.ca_file"),
    *("ganeti.Cluster.fingerprint", "ganeti.Network.description"),
    *("ganeti.Network.link", "ganeti.Network.ipv6_prefix", "ganeti.Job.reason"),
    *("ganeti.ClusterRefresh.publisher", "ganeti.ImageSource.key"),
    "ganeti.GroupMaintenance.reason",
    *("ganeti.ImageSource.holder", "ganeti.ActionRequest.key_hash"),
    *("ganeti.ActionRequest.image", "auditlog.AuditEntry.action"),
    "auditlog.AuditEntry.fold_key",
    "applications.InstanceApplication.operating_system",
    "applications.InstanceApplication.contact_name",
    "applications.InstanceApplication.contact_email",
    "applications.InstanceApplication.contact_phone",
    "applications.InstanceApplication.cookie",
}


def columns() -> Iterator[tuple[str, models.CharField[Any, Any]]]:
    for app in ("ganeti", "applications", "auditlog"):
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.fields:
                if isinstance(field, models.CharField) and not field.choices:
                    yield f"{app}.{model.__name__}.{field.name}", field


def test_every_text_column_is_listed() -> None:
    assert {name for name, _field in columns()} == EXTERNAL.keys() | BOUNDED


@pytest.mark.parametrize("name", EXTERNAL)
def test_a_column_holds_the_longest_value(name: str) -> None:
    field = dict(columns())[name]

    assert field.max_length is not None
    assert len(EXTERNAL[name]) <= field.max_length


@pytest.mark.parametrize("field", ["name", "uuid", "disk_template", "os", "pnode"])
def test_an_instance_with_a_longer_value_is_unreadable(field: str) -> None:
    row = instance_fields("web1") | {"pnode.group": "default", field: "x" * 256}

    with pytest.raises(UnreadableError, match=field):
        Instance.from_rapi(row, cluster="athens", tag_prefix="ganetimgr")


def test_a_group_with_a_longer_tag_is_unreadable() -> None:
    row = {"name": "default", "tags": [f"vg:{'x' * 256}"]}

    with pytest.raises(UnreadableError, match="tags"):
        NodeGroup.from_rapi(row)
