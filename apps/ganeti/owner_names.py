"""Keep the names that tags give instances to from being registered by somebody else.

In the database, since the cache may lose a cluster that is disabled or unreachable. A
cluster that has never answered is there too: nobody knows whom its tags name.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import Any

from apps.accounts import names
from apps.accounts.names import Kind

from .domain.instance import Instance
from .models import Cluster

# By cluster, the instances whose owners this process has written down last.
_remembered: dict[int, Mapping[str, Instance]] = {}


def follow_saved(instance: Cluster, *, created: bool, **_others: Any) -> None:
    """Expect names from a cluster that was added."""
    if created:
        names.expect(_source(instance))


def follow_deleted(instance: Cluster, **_others: Any) -> None:
    """Expect none from a cluster that was taken out."""
    names.drop(_source(instance))
    _remembered.pop(instance.pk, None)


def _source(cluster: Cluster) -> str:
    return f"cluster:{cluster.pk}"


def remember(cluster: Cluster, instances: Mapping[str, Instance]) -> None:
    """Write down whom the tags of a cluster name, unless nothing has changed."""
    if _remembered.get(cluster.pk) is instances:
        return
    tags_of_all = [instance.tags for instance in instances.values()]
    users = Counter(chain.from_iterable(tags.users for tags in tags_of_all))
    groups = Counter(chain.from_iterable(tags.groups for tags in tags_of_all))
    names.remember(_source(cluster), {Kind.USER: users, Kind.GROUP: groups})
    _remembered[cluster.pk] = instances
