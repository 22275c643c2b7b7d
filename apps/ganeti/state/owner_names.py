"""Keep the names that tags give instances to from being registered by somebody else.

In the database, since the cache may lose a cluster that is disabled or unreachable. A
cluster that has never answered is there too: nobody knows whom its tags name.
"""

from collections import Counter
from itertools import chain
from typing import Any

from apps.accounts.services import names
from apps.accounts.services.names import Kind

from ..models import Cluster
from .snapshots import Contents

# By cluster, the contents whose owners this process has written down last.
_remembered: dict[int, Contents] = {}


def follow_saving(instance: Cluster, *, raw: bool, **_others: Any) -> None:
    """Expect names anew from a cluster whose address changes: it may be another."""
    if raw or instance.pk is None:
        return
    place = Cluster.objects.filter(pk=instance.pk).values_list("hostname", "port")
    if place.first() not in {None, (instance.hostname, instance.port)}:
        names.expect(_source(instance))
        _remembered.pop(instance.pk, None)


def follow_saved(
    instance: Cluster, *, created: bool, raw: bool, **_others: Any
) -> None:
    """Expect names from a cluster that was added."""
    if created and not raw:
        names.expect(_source(instance))


def follow_deleted(instance: Cluster, **_others: Any) -> None:
    """Expect none from a cluster that was taken out."""
    names.drop(_source(instance))
    _remembered.pop(instance.pk, None)


def _source(cluster: Cluster) -> str:
    return f"cluster:{cluster.pk}"


def remember(cluster: Cluster, contents: Contents) -> None:
    """Write down whom the tags of a cluster name, unless nothing has changed.

    What an instance names that can't be read is as good as not told.
    """
    is_whole = not any(one.kind == "instance" for one in contents.unreadable)
    before = _remembered.get(cluster.pk)
    if is_whole and before and before.instances is contents.instances:
        return
    tags_of_all = [instance.tags for instance in contents.instances.values()]
    users = Counter(chain.from_iterable(tags.users for tags in tags_of_all))
    groups = Counter(chain.from_iterable(tags.groups for tags in tags_of_all))
    names.remember(
        _source(cluster), {Kind.USER: users, Kind.GROUP: groups}, is_whole=is_whole
    )
    if is_whole:
        _remembered[cluster.pk] = contents
