"""Instances without a cluster."""

from typing import Any

from apps.ganeti.domain.instance import Instance
from tests.ganeti.query_fields import instance_fields


def tagged_instance(*tags: str, **changes: Any) -> Instance:
    full_tags = [f"ganetimgr:{tag}" for tag in tags]
    row = instance_fields("web1", tags=full_tags) | {"pnode.group": "default"} | changes
    return Instance.from_rapi(row, cluster="athens", tag_prefix="ganetimgr")
