"""Instances as Ganeti describes them, without a cluster."""

from typing import Any

from apps.ganeti.domain.instance import Instance
from tests.ganeti.fakes import instance_fields


def tagged_instance(*tags: str, **changes: Any) -> Instance:
    spelled = [f"ganetimgr:{tag}" for tag in tags]
    row = instance_fields("web1", tags=spelled) | {"pnode.group": "default"} | changes
    return Instance.from_rapi(row, cluster="athens", tag_prefix="ganetimgr")
