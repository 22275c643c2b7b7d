"""Keep the names that tags give instances to from being registered by somebody else.

In the database, since the cache may lose a cluster that is disabled or unreachable.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import chain

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
    tags_of_all = [instance.tags for instance in instances.values()]
    users = Counter(chain.from_iterable(tags.users for tags in tags_of_all))
    groups = Counter(chain.from_iterable(tags.groups for tags in tags_of_all))
    names.remember(f"cluster:{cluster.pk}", {Kind.USER: users, Kind.GROUP: groups})
    _remembered[cluster.pk] = instances
