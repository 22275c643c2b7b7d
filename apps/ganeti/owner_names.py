"""Keep the names that tags give instances to from being registered by somebody else.

In the database, since the cache may lose a cluster that is disabled or unreachable.
"""

from collections import Counter
from collections.abc import Mapping

from apps.accounts import names
from apps.accounts.names import Kind

from .domain.instance import Instance
from .models import Cluster

# By cluster, the instances whose owners this process has written down last.
_remembered: dict[int, Mapping[str, Instance]] = {}


def remember(cluster: Cluster, instances: Mapping[str, Instance]) -> None:
    """Write down whom the tags of a cluster name, unless nothing has changed."""
    if _remembered.get(cluster.pk) is instances:
        return
    owners: Counter[tuple[Kind, str]] = Counter()
    for instance in instances.values():
        owners.update((Kind.USER, name) for name in instance.tags.users)
        owners.update((Kind.GROUP, name) for name in instance.tags.groups)
    names.remember(f"cluster:{cluster.pk}", owners)
    _remembered[cluster.pk] = instances
