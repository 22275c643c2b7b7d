"""Expect names from each cluster; bring the keys of unfinished jobs up to date."""

import hashlib
from typing import Any

from django.db import migrations


def expect_names(apps: Any, _editor: Any) -> None:
    """Note which clusters have not told yet whom their tags name."""
    sources = apps.get_model("accounts", "NameSource").objects
    reserved = apps.get_model("accounts", "ReservedName").objects
    for pk in apps.get_model("ganeti", "Cluster").objects.values_list("pk", flat=True):
        name = f"cluster:{pk}"
        told = reserved.filter(source=name).exists()
        sources.get_or_create(name=name, defaults={"told": told})


def hash_busy_keys(apps: Any, _editor: Any) -> None:
    """Keep instances busy whose jobs were submitted before keys were digests."""
    jobs = apps.get_model("ganeti", "Job").objects
    for job in jobs.filter(busy_key__contains="/"):
        text = f"{job.cluster_id}/{job.instance.casefold()}"
        key = hashlib.sha256(text.encode()).hexdigest()
        if not jobs.filter(busy_key=key).exists():
            jobs.filter(pk=job.pk).update(busy_key=key)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_name_sources"),
        ("ganeti", "0007_remove_owner_requests"),
    ]

    operations = [
        migrations.RunPython(expect_names, migrations.RunPython.noop),
        migrations.RunPython(hash_busy_keys, migrations.RunPython.noop),
    ]
