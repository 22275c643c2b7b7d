"""Reserve the names of owners in tags, so that nobody else can register them.

Stored in the database, since the cache may lose a cluster that is disabled or
unreachable. A cluster that has never answered is stored too: the owners that its tags
name are unknown.
"""

from collections import Counter
from itertools import chain
from typing import Any

from apps.accounts.services import names
from apps.accounts.services.names import Kind

from ..models import Cluster
from .snapshots import Contents

# Contents by cluster whose owner names this process has stored last.
_stored: dict[int, Contents] = {}


def handle_pre_save(instance: Cluster, *, raw: bool, **_kwargs: Any) -> None:
    """Expect names again if a cluster's address changes: it may be another one."""
    if raw or instance.pk is None:
        return
    address = Cluster.objects.filter(pk=instance.pk).values_list("hostname", "port")
    if address.first() not in {None, (instance.hostname, instance.port)}:
        names.expect(_source(instance))
        _stored.pop(instance.pk, None)


def handle_post_save(
    instance: Cluster, *, created: bool, raw: bool, **_kwargs: Any
) -> None:
    """Expect names from a new cluster."""
    if created and not raw:
        names.expect(_source(instance))


def handle_post_delete(instance: Cluster, **_kwargs: Any) -> None:
    """Drop the names of a deleted cluster."""
    names.drop(_source(instance))
    _stored.pop(instance.pk, None)


def _source(cluster: Cluster) -> str:
    return f"cluster:{cluster.pk}"


def store(cluster: Cluster, contents: Contents) -> None:
    """Store the owner names in a cluster's tags, unless nothing has changed.

    Names of unreadable instances are unknown, so the list is then not complete.
    """
    is_whole = not any(row.kind == "instance" for row in contents.unreadable)
    stored = _stored.get(cluster.pk)
    if is_whole and stored and stored.instances is contents.instances:
        return
    all_tags = [instance.tags for instance in contents.instances.values()]
    users = Counter(chain.from_iterable(tags.users for tags in all_tags))
    groups = Counter(chain.from_iterable(tags.groups for tags in all_tags))
    names.remember(
        _source(cluster), {Kind.USER: users, Kind.GROUP: groups}, is_whole=is_whole
    )
    if is_whole:
        _stored[cluster.pk] = contents
